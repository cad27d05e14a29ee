Feature: A buyer appeals against a rejected refund
  The seller has said no. The buyer may ask the marketplace to decide.

  Background:
    Given Maya has received a phone case for 15.99 USD
    And Maya has asked for her money back
    And everybody has heard of it
    And the seller has rejected Maya's request

  Rule: The marketplace decides

    @R11 @R18 @R80
    Scenario: The buyer is right
      Given everybody has heard of it
      And Maya has appealed
      When the operator decides for Maya
      Then Maya's request is shown as "Completed"
      And Maya has two mails, "refund rejected" and then "order refund"
      And all three books say 15.99 USD for Maya

    @R11 @R18 @R80
    Scenario: The seller is right
      Given everybody has heard of it
      And Maya has appealed
      When the operator decides for the seller against Maya
      Then Maya's request is shown as "Canceled"
      And Maya has exactly one mail, "refund rejected"
      And all three books say 0.00 USD for Maya

    @R16 @R80
    Scenario: Both are a little right
      Given everybody has heard of it
      And Maya has appealed
      When the operator grants Maya 8.00 USD
      Then all three books say 8.00 USD for Maya

    @R9 @R13 @R18
    Scenario: The seller would pay meanwhile
      Given an hour has passed
      And Maya has appealed
      And an hour has passed
      When the seller refunds Maya 5.00 USD of the order
      Then the seller's own refund of Maya waits for her request
      And Maya has been paid back nothing

    @R9 @R13 @R18
    Scenario: The seller is right, and pays a little all the same
      Given an hour has passed
      And Maya has appealed
      And an hour has passed
      And the seller has refunded Maya 5.00 USD of the order
      When the operator decides for the seller against Maya
      Then all three books say 5.00 USD for Maya

  Rule: An appeal has its time

    @R18 @R80
    Scenario: It is seen as running
      Given everybody has heard of it
      When Maya appeals
      Then Maya's appeal is "in progress"
      And Maya's request is shown as "Refund Rejected"
