Feature: What happens in the very second of a round
  The marketplace's clock and the connector's rounds meet in whole seconds. What happens in the second of a round, just
  before it or just after it, is told once, with that round or with the next.

  Background:
    Given Maya has received a desk lamp for 39.98 USD
    And Maya has asked for her money back
    And everybody has heard of it

  Rule: News is told with the next round

    @R5 @R13 @R43 @R62 @R72
    Scenario Outline: A buyer asks, and another one withdraws
      Given <seconds> seconds have passed
      And Noah has received a mug for 12.50 USD
      And Noah has asked for his money back
      And Maya has withdrawn
      When 15 minutes pass
      Then the seller has Noah's request before them
      And the seller has nothing to answer for Maya

      Examples:
        | seconds |
        | 0       |
        | 1       |
        | 899     |

    @R5 @R13 @R14
    Scenario Outline: A buyer wants to cancel, and the seller says no to another one
      Given <seconds> seconds have passed
      And Noah has ordered a garden hose for 27.50 USD
      And Noah has asked to cancel the order
      And the seller has rejected Maya's request
      When 15 minutes pass
      Then the seller has Noah's request before them
      And Maya's request is shown as "Refund Rejected"

      Examples:
        | seconds |
        | 0       |
        | 1       |
        | 899     |
