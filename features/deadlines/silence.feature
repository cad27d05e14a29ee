Feature: The seller has a day to answer a refund request
  A buyer who keeps the goods still deserves an answer. When none comes, TikTok Shop answers in the
  seller's place.

  Background:
    Given Maya has received a phone case for 15.99 USD
    And Omar has received a tea set for 24.50 USD
    And Maya has asked for her money back

  Rule: Silence is a yes, and not before its hour

    @R10 @R17 @R19
    Scenario: The hour has come for one, and the other has a second left
      Given 1 second has passed
      And Omar has asked for his money back
      And the connector has been down for 23 hours
      When the answer to Maya falls due
      Then Maya's request is shown as "Refund Processing"
      And Maya's request needs no answer
      And Omar's request is shown as "Request Pending"
      And Omar has been paid back nothing

    @demo @R10 @R17 @R19
    Scenario: The day passes and nobody answers
      When 1 hour passes after the answer to Maya was due
      Then Maya's request is shown as "Completed"
      And Maya has exactly one mail, "order refund"
      And the seller has nothing to answer for Maya
      And all three books say 15.99 USD for Maya

    @R17 @R19
    Scenario: The hour passes for who has been answered, too
      Given everybody has heard of it
      And the seller has rejected Maya's request
      And everybody has heard of it
      And the connector has been down for 22 hours
      When 1 hour passes after the answer to Maya was due
      Then Maya's request is shown as "Refund Rejected"
      And Maya has been paid back nothing

  Rule: Silence speaks once, and who comes after it comes too late

    @R17 @R19 @R68 @R79
    Scenario: The seller rejects an hour after
      Given the connector has been down for 23 hours
      And 2 hours have passed
      When the seller tries to reject the request of Maya
      Then the seller is told that it cannot be done
      And Maya has made exactly one request
      And all three books say 15.99 USD for Maya
