Feature: A replacement comes once
  What is broken is replaced, and what replaces it costs nothing. Each item is replaced once.

  Rule: The seller answers in Seller Center

    @R15 @R27
    Scenario Outline: Yes or no
      Given Maya has received a desk lamp for 39.98 USD
      And Maya has asked for a replacement
      And an hour has passed
      When Maya's request is <answered> in Seller Center
      Then Maya's request is shown as "<shown>"
      And the seller has nothing to answer for Maya
      And Maya has been paid back nothing

      Examples:
        | answered | shown     |
        | approved | Completed |
        | rejected | Rejected  |

    @R15 @R27 @R66
    Scenario: There is none left to send
      Given Maya has received a desk lamp for 39.98 USD
      And Maya has asked for a replacement
      And an hour has passed
      When Maya gets money instead of the replacement in Seller Center
      Then Maya's request is shown as "Refunded"
      And Maya has exactly one mail, "order refund"
      And all three books say 39.98 USD for Maya

  Rule: One replacement per item

    @R19 @R27
    Scenario: A second one is asked for
      Given Maya has received a desk lamp for 39.98 USD
      And Maya has asked for a replacement
      And the connector has been down for 25 hours
      When Maya tries to ask for a replacement
      Then Maya is told that it cannot be done
      And Maya's request is shown as "Completed"
      And Maya has been paid back nothing
