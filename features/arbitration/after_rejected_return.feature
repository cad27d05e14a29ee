Feature: A buyer appeals against a rejected return
  The goods are in the seller's warehouse, the money is not in the buyer's pocket. The marketplace
  decides who was right.

  Background:
    Given Maya has received a silk scarf for 64.00 USD
    And Maya has sent it back
    And Maya's parcel has reached the warehouse
    And the seller has found Maya's goods damaged and refused them

  Rule: The marketplace decides

    @demo @R8 @R18
    Scenario: The buyer is right
      Given Maya has appealed
      And everybody has heard of it
      When the operator decides for Maya
      Then Maya's request is shown as "Completed"
      And Maya has two mails, "return rejected" and then "order refund"
      And all three books say 64.00 USD for Maya

    @R8 @R18
    Scenario: The seller is right
      Given Maya has appealed
      And everybody has heard of it
      When the operator decides for the seller against Maya
      Then Maya's request is shown as "Canceled"
      And Maya has exactly one mail, "return rejected"
      And all three books say 0.00 USD for Maya

    @R8 @R16
    Scenario: Both are a little right
      Given Maya has appealed
      When the operator grants Maya 32.00 USD
      Then all three books say 32.00 USD for Maya

  Rule: While it is running the seller cannot act

    @R8 @R18
    Scenario: The seller changes his mind
      Given Maya has appealed
      When the seller tries to approve the request of Maya
      Then the seller is told that it cannot be done
      And Maya's appeal is "in progress"
