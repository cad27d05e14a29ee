Feature: The connector dies and comes back
  Its process may end anywhere, without a farewell. What it has acknowledged is in its database: nothing of it is lost,
  nothing is done twice, and what happened meanwhile is told as soon as it is back.

  Rule: What the seller has decided goes out all the same

    Background:
      Given Maya has received a desk lamp for 39.98 USD
      And Maya has asked for her money back
      And everybody has heard of it

    @trouble
    Scenario Outline: Between the seller's answer and the round that delivers it
      Given the seller has <answered> Maya's request
      When the connector is <gone>
      And an hour passes
      Then Maya has exactly one mail, "<mail>"
      And all three books say <sum> for Maya

      Examples:
        | answered | gone                   | mail            | sum       |
        | approved | killed and starts again | order refund    | 39.98 USD |
        | rejected | killed and starts again | refund rejected | 0.00 USD  |
        | approved | down for 50 minutes     | order refund    | 39.98 USD |
        | rejected | down for 50 minutes     | refund rejected | 0.00 USD  |

    @trouble
    Scenario Outline: In the midst of its work, again and again
      Given these buyers wait for the seller:
        | buyer | order        | goods       | price     | wants           |
        | Noah  | has received | phone case  | 15.99 USD | money back      |
        | Ana   | has ordered  | mug         | 12.50 USD | to cancel       |
        | Ines  | has received | tea set     | 24.50 USD | to send it back |
        | Kim   | has received | garden hose | 27.50 USD | nothing         |
        | Lena  | has ordered  | silk scarf  | 64.00 USD | nothing         |
      And the connector is to die <times> times, after every <rhythm>
      When the seller answers like this:
        | buyer | answer              |
        | Maya  | approves            |
        | Noah  | rejects             |
        | Ana   | approves            |
        | Ines  | accepts the goods   |
        | Kim   | refunds the order   |
        | Lena  | calls the order off |
      And 2 hours pass
      Then the connector has died <times> times
      And it has ended like this:
        | buyer | request         | mails           | all books |
        | Maya  | Completed       | order refund    | 39.98 USD |
        | Noah  | Refund Rejected | refund rejected | 0.00 USD  |
        | Ana   | Completed       | order cancelled | 12.50 USD |
        | Ines  | Completed       | order refund    | 24.50 USD |
        | Kim   | none            | order refund    | 27.50 USD |
        | Lena  | none            | order cancelled | 64.00 USD |

      Examples:
        | times | rhythm                      |
        | 15    | 3 commits                   |
        | 12    | 4 commits                   |
        | 8     | 5 commits                   |
        | 7     | 6 commits                   |
        | 5     | call that changes something |

  Rule: What happened meanwhile is told afterwards

    Background:
      Given Maya has received a desk lamp for 39.98 USD
      And Maya has asked for her money back
      And Noah has received a phone case for 15.99 USD
      And Ana has received a mug for 12.50 USD

    @trouble
    Scenario: For a whole day, over two deadlines and a refund of the seller's own
      Given everybody has heard of it
      And the seller has refunded Noah 5.00 USD
      And the connector has been killed
      And Ana has asked for her money back
      And 25 hours have passed
      When the connector starts again
      And an hour passes
      Then all three books say 39.98 USD for Maya
      And all three books say 5.00 USD for Noah
      And all three books say 12.50 USD for Ana
