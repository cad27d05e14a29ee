Feature: An answer given in time arrives in time
  The connector makes its rounds every quarter of an hour; deadlines do not wait for them. What the
  seller decides before the deadline reaches the marketplace before it.

  Background:
    Given Maya has received a phone case for 15.99 USD
    And 7 minutes have passed
    And Maya has asked for her money back

  Rule: Between two rounds is in time

    Background:
      Given Noah has received a silk scarf for 64.00 USD
      And Noah has asked for his money back
      And Lena has received a desk lamp for 39.98 USD
      And Lena has asked for her money back
      And Ana has received a mug for 12.50 USD
      And Ana has asked for her money back

    @R5 @R75 @R79
    Scenario: Twenty minutes before the deadline, three minutes, and one second
      Given the connector has been down for 23 hours
      And it is 20 minutes before the answer to Ana is due
      And the seller has rejected Ana's request
      And it is 3 minutes before the answer to Maya is due
      And the seller has rejected Maya's request
      And the seller has approved Noah's request
      And it is 1 second before the answer to Lena is due
      And the seller has rejected Lena's request
      When 1 hour passes
      Then it has ended like this:
        | buyer | request         | mails           | all books |
        | Maya  | Refund Rejected | refund rejected | 0.00 USD  |
        | Noah  | Completed       | order refund    | 64.00 USD |
        | Lena  | Refund Rejected | refund rejected | 0.00 USD  |
        | Ana   | Refund Rejected | refund rejected | 0.00 USD  |
