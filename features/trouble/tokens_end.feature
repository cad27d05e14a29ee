Feature: Tokens end while the connector is down
  The marketplace's tokens live for seven days, and one that has been used for a new one is soon worth nothing. A
  connector that was down for long renews them, for each of its shops, and goes on.

  Background:
    Given there is a second shop in the United Kingdom
    And Maya has received a desk lamp for 39.98 USD
    And Noah has received a mug for 12.50 GBP from the second shop

  Rule: Whatever has ended is renewed

    @trouble
    Scenario Outline: An hour before the week is over, and when it is
      Given the connector has been down for <hours> hours
      And Maya has asked for her money back
      And Noah has asked for his money back
      And 2 hours have passed
      And the seller has approved Maya's request
      When the seller rejects Noah's request
      Then all three books say 39.98 USD for Maya
      And Noah has exactly one mail, "refund rejected"

      Examples:
        | hours |
        | 167   |
        | 168   |

    @trouble
    Scenario: Five minutes before the week is over
      Given the connector has been down for 167 hours
      And 55 minutes have passed
      And Maya has asked for her money back
      And Noah has asked for his money back
      When an hour passes
      Then the seller has Maya's request before them
      And the seller has Noah's request before them

    @trouble
    Scenario: It is down for as long once more
      Given the connector has been down for 167 hours
      And everybody has heard of it
      And the connector has been down for 167 hours
      And Maya has asked for her money back
      And Noah has asked for his money back
      And everybody has heard of it
      And the seller has approved Maya's request
      When the seller rejects Noah's request
      Then all three books say 39.98 USD for Maya
      And Noah has exactly one mail, "refund rejected"
