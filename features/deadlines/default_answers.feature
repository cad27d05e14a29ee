Feature: The connector answers for a seller who is silent
  A shop may leave its answer to the connector. It is given in the last round before the deadline, and
  only where the seller has given none.

  Rule: The answer is the shop's

    Background:
      Given the connector answers no to refunds and no to cancellations when the seller is silent
      And there is a second shop
      And Kim has received a mug for 12.50 USD from the second shop
      And these buyers wait for the seller:
        | buyer | order        | goods      | price     | wants      |
        | Maya  | has received | desk lamp  | 39.98 USD | money back |
        | Noah  | has ordered  | silk scarf | 64.00 USD | to cancel  |
        | Lena  | has received | phone case | 15.99 USD | money back |

    @R17 @R19 @R79
    Scenario: A no for whoever waits, and the seller's yes stands
      Given the seller has let the connector into the shop again
      And Kim has asked for her money back
      And the seller has approved Lena's request
      And the connector has been down for 22 hours
      When 3 hours pass
      Then it has ended like this:
        | buyer | request         | mails           | all books |
        | Maya  | Refund Rejected | refund rejected | 0.00 USD  |
        | Noah  | Canceled        | none            | 0.00 USD  |
        | Lena  | Completed       | order refund    | 15.99 USD |
        | Kim   | Completed       | order refund    | 12.50 USD |

    @R17 @R79
    Scenario: What is first heard of in the last round is not only warned of
      Given Omar has received a vase for 20.49 USD
      And Omar has asked for his money back
      And the connector has been down for 1430 minutes
      When an hour passes
      Then Omar's request is shown as "Refund Rejected"

  Rule: What a shop answers goes before what all of them answer

    Background:
      Given in any other shop the connector answers yes to refunds and no to cancellations when the seller is silent
      And the connector answers no to refunds when the seller is silent
      And there is a second shop
      And Kim has ordered a mug for 12.50 USD from the second shop

    @R17 @R79
    Scenario: One has an answer of its own for some requests, the other has none
      Given these buyers wait for the seller:
        | buyer | order        | goods     | price     | wants      |
        | Maya  | has received | desk lamp | 39.98 USD | money back |
        | Noah  | has ordered  | vase      | 20.49 USD | to cancel  |
      And Kim has asked to cancel the order
      And the connector has been down for 22 hours
      When 3 hours pass
      Then Maya's request is shown as "Refund Rejected"
      And Noah's request is shown as "Canceled"
      And Kim's request is shown as "Canceled"

  Rule: What the seller has begun is brought to its end

    @R17 @R79
    Scenario: The seller has begun to say no
      Given the OMS answers line by line
      And the connector answers yes to refunds when the seller is silent
      And Maya has received:
        | goods | pieces | price each |
        | rug   | 1      | 89.00 USD  |
        | mug   | 3      | 12.50 USD  |
      And Maya has asked for her money back
      And the connector has been down for 23 hours
      And it is 20 minutes before the answer to Maya is due
      And the seller has rejected Maya's request
      And the connector is unreachable for 1 hour
      When 20 minutes pass
      Then Maya's request is shown as "Refund Rejected"

  Rule: Goods that come back are answered as well

    @R17 @R79
    Scenario: Goods that nobody has looked at
      Given the connector answers no to returns when the seller is silent
      And Ana has received a tea set for 24.50 USD
      And Ana has sent it back
      And Ana's parcel has reached the warehouse
      And everybody has heard of it
      And the connector has been down for 46 hours
      When 2 hours pass
      Then Ana's return is shown as "Return Rejected"

  Rule: Who has answered was not silent, even if the marketplace has not taken it

    @R17 @R79
    Scenario Outline: A no for a reason that there is not, where a shop says <default> for the silent
      Given the connector answers <default> to refunds when the seller is silent
      And Omar has received a vase for 20.49 USD
      And Omar has asked for his money back
      And everybody has heard of it
      And the seller has rejected Omar's request, giving reverse_reject_request_reason_99 and saying "No."
      And the connector has been down for 22 hours
      When 3 hours pass
      Then Omar's request is shown as "<shown>"

      Examples: a yes would contradict the seller, and the marketplace decides
        | default | shown           |
        | yes     | Completed       |
        | no      | Refund Rejected |

  Rule: What is begun anew is brought to its end

    Background:
      Given the OMS answers line by line
      And the connector answers yes to refunds when the seller is silent

    @R17 @R64 @R79
    Scenario: A no for a reason that there is not, and then half of another
      Given Maya has received:
        | goods | pieces | price each |
        | rug   | 1      | 89.00 USD  |
        | mug   | 3      | 12.50 USD  |
      And Maya has asked for her money back
      And everybody has heard of it
      And the seller has rejected Maya's request, giving reverse_reject_request_reason_99 and saying "No."
      And it is 20 minutes before the answer to Maya is due
      And the seller has rejected Maya's request
      And the connector is unreachable for 1 hour
      When 20 minutes pass
      Then Maya's request is shown as "Refund Rejected"
