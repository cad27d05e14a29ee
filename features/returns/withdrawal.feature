Feature: A buyer changes her mind about a request
  Who asks may take it back, until the goods are on their way.

  Background:
    Given Maya has received a desk lamp for 39.98 USD

  Rule: Before the goods are on their way a request can be withdrawn

    @R2 @R14
    Scenario: While the seller is thinking
      Given Maya has asked for her money back
      And everybody has heard of it
      When Maya withdraws
      Then Maya's request is shown as "Canceled"
      And the seller has nothing to answer for Maya
      And all three books say 0.00 USD for Maya

    @R2
    Scenario: Before anybody but the marketplace has heard of it
      Given Maya has asked for her money back
      When Maya withdraws
      Then Maya's request is shown as "Canceled"
      And the seller has nothing to answer for Maya

    @R2 @R23
    Scenario: Before there is a label
      Given Maya has asked to send it back
      And 1 minute has passed
      When Maya withdraws
      Then Maya's request is shown as "Canceled"
      And all three books say 0.00 USD for Maya

    @R2 @R25
    Scenario: With the label in hand
      Given Maya has asked to send it back
      And everybody has heard of it
      When Maya withdraws
      Then Maya's request is shown as "Canceled"
      And the seller has nothing to answer for Maya

    @R2 @R12
    Scenario: While an offer is open
      Given Maya has asked for her money back
      And everybody has heard of it
      And the seller has offered Maya 10.00 USD
      When Maya withdraws
      Then Maya's request is shown as "Canceled"
      And all three books say 0.00 USD for Maya

  Rule: Who was told no may leave it at that

    @R78 @R18
    Scenario: The seller has said no
      Given Maya has asked for her money back
      And everybody has heard of it
      And the seller has rejected Maya's request
      And everybody has heard of it
      When Maya withdraws
      Then Maya's request is shown as "Canceled"
      And all three books say 0.00 USD for Maya

    @R18
    Scenario: An appeal is running
      Given Maya has sent it back
      And Maya's parcel has reached the warehouse
      And the seller has found Maya's goods used and refused them
      And Maya has appealed
      When Maya withdraws
      Then Maya's appeal is "closed"
      And all three books say 0.00 USD for Maya

  Rule: On their way, or paid for, it is too late

    @R2 @R26
    Scenario: The parcel is on its way
      Given Maya has asked to send it back
      And everybody has heard of it
      And Maya has handed over the parcel
      When Maya tries to withdraw
      Then Maya is told that it cannot be done
      And Maya's request is shown as "Buyer Shipped"

    @R56
    Scenario: The money has been paid
      Given Maya has asked for her money back
      And everybody has heard of it
      And the seller has approved Maya's request
      And everybody has heard of it
      When Maya tries to withdraw
      Then Maya is told that it cannot be done
