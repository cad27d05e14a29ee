Feature: A buyer asks twice about one order
  The rug is one matter and the mugs are another. Each request is answered by itself, and the money of the one
  says nothing of the other.

  Background:
    Given Maya has received, with 5.00 USD for shipping:
      | goods | pieces | price each |
      | rug   | 1      | 89.00 USD  |
      | mug   | 3      | 12.00 USD  |

  Rule: Every request gets its own answer

    @R10 @R11 @R12 @R13
    Scenario: One is approved, the other one rejected
      Given Maya has asked for the money for the mugs
      And Maya has asked for the money for the rug
      And everybody has heard of it
      And the seller has approved Maya's request for the mugs
      When the seller rejects Maya's request for the rug
      Then Maya's first request is shown as "Completed"
      And Maya's second request is shown as "Refund Rejected"

    @R10 @R13 @R16 @R29
    Scenario: Money for the one, and the other comes back
      Given Maya has sent back 2 of the mugs
      And Maya has asked for the money for the rug
      And Maya's parcel has reached the warehouse
      And the seller has found Maya's mugs as sold and accepted them
      When the seller approves Maya's request for the rug
      Then Maya has been paid back 117.52 USD
      And Maya has two mails, "order refund" and then "order refund"

  Rule: Several hands ask at once, and each is answered in its own way

    Background:
      Given Noah has received:
        | goods   | pieces | price each |
        | mug     | 40     | 12.50 USD  |
        | rug     | 1      | 89.00 USD  |
        | tea set | 1      | 24.50 USD  |
      And Noah has asked for the money for 20 of the mugs
      And Noah has asked for the money for the rug
      And Noah has asked for the money for the tea set

    @R10 @R11 @R16 @R17
    Scenario: A household of many claims on one order of many units
      Given everybody has heard of it
      And the seller has approved Noah's request for 20 of the mugs
      And the seller has rejected Noah's request for the rug
      And the connector has been down for 23 hours
      When 2 hours pass
      Then Noah's request for the tea set is shown as "Completed"
      And Noah's request for the rug is shown as "Refund Rejected"
      And all three books say 274.50 USD for Noah
