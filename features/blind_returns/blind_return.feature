Feature: The seller starts a refund
  Goods turn up without a request, or somebody writes to the shop. The marketplace knows nothing of it
  until the seller pays.

  Background:
    Given Maya has received a desk lamp for 39.98 USD
    And everybody has heard of it

  Rule: What the seller starts needs nobody's consent

    @demo @R9 @R52 @R53 @R54 @R55 @R57 @R58
    Scenario: The whole order
      When the seller refunds Maya's whole order
      Then Maya has been paid back 39.98 USD
      And Maya has exactly one mail, "order refund"
      And all three books say 39.98 USD for Maya

    @R58 @R9
    Scenario Outline: The refund can be seen where all the others are, whatever it was for
      When the seller refunds Maya's whole order, as it <why>
      Then Manage Returns lists, from the top:
        | buyer | shown     |
        | Maya  | Completed |

      Examples:
        | why             |
        | arrived damaged |
        | has not arrived |

    @R9 @R55
    Scenario: It goes out with the next round
      Given the seller has refunded Maya's whole order
      When 15 minutes pass
      Then Maya has made exactly one request

    @R52 @R53
    Scenario Outline: What has not come can be paid for
      Given a garden hose for 27.50 USD <is> Noah
      And everybody has heard of it
      When the seller refunds Noah's whole order
      Then Noah has been paid back 27.50 USD

      Examples:
        | is               |
        | is packed for    |
        | is on its way to |

    @R55 @R57
    Scenario: The goods go back on the shelf
      When the seller refunds Maya's whole order and puts the goods back on the shelf
      Then all three books say 39.98 USD for Maya
