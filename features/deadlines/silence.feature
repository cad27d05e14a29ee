Feature: The seller has a day to answer a refund request
  A buyer who keeps the goods still deserves an answer. When none comes, TikTok Shop answers in the
  seller's place.

  Background:
    Given Maya has received a phone case for 15.99 USD
    And Maya has asked for her money back

  Rule: Silence is a yes, and not before its hour

    @R10 @R17
    Scenario: One second is left
      When the clock stands 1 second before the answer to Maya is due
      Then Maya's request is shown as "Request Pending"
      And Maya has been paid back nothing

    @R17 @R19
    Scenario: The hour has come
      When the answer to Maya falls due
      Then Maya's request is shown as "Refund Processing"
      And Maya's request needs no answer

    @demo @R10 @R17 @R19
    Scenario: The day passes and nobody answers
      When 1 hour passes after the answer to Maya was due
      Then Maya's request is shown as "Completed"
      And Maya has exactly one mail, "order refund"
      And the seller has nothing to answer for Maya
      And all three books say 15.99 USD for Maya

    @R17 @R19
    Scenario: Silence speaks only once
      When 2 days pass
      Then Maya has made exactly one request
      And all three books say 15.99 USD for Maya

  Rule: Who comes after the hour comes too late

    @R17 @R68 @R79
    Scenario: The seller rejects after the day
      Given 25 hours have passed
      When the seller tries to reject the request of Maya
      Then the seller is told that it cannot be done
      And all three books say 15.99 USD for Maya
