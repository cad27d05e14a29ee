Feature: The OMS makes a report every night
  Whoever has read a list whole asks for parts of it: by numbers, texts and sums, by days and hours, by what is missing,
  by the lines of an order. What must come they know from what the rows say of themselves.

  Background:
    Given it is Wednesday 31 December 2031, 23:20 in universal time
    And the OMS makes a report every night
    And there is a second shop
    And Maya O'Neill has received, with 5.00 USD for shipping and 4.13 USD of tax, 0.31 USD of it on shipping:
      | goods       | pieces | price each | parcel |
      | rug         | 1      | 89.95 USD  | 1      |
      | child's mug | 3      | 12.50 USD  | 2      |

  @R44 @R63
  Scenario: Parts of all that there is
    Given Omar has ordered a lamp for 39.98 USD from the second shop
    And these buyers wait for the seller:
      | buyer | order        | goods      | price     | wants      |
      | Noah  | has received | phone case | 15.99 USD | money back |
      | Ana   | has ordered  | vase       | 20.49 USD | to cancel  |
      | Paul  | has ordered  | bowl       | 12.50 USD | to cancel  |
    And the seller has shipped Omar's order
    And Omar's order has been delivered
    And the seller has refunded Maya O'Neill 7.25 USD of the rug
    When an hour passes
    Then the connector has answered whatever the report asked for

  @R14 @R44
  Scenario: Of one parcel a part was called off before the rest left
    Given Noah has ordered:
      | goods | pieces | price each | parcel |
      | vase  | 1      | 90.00 USD  | 1      |
      | bowl  | 1      | 10.00 USD  | 1      |
    And 15 minutes have passed
    And the seller has called off what Noah ordered of the vase, as it is not available
    And 15 minutes have passed
    And the seller has shipped Noah's order
    When an hour passes
    Then the connector has answered whatever the report asked for

  @R14 @R44
  Scenario: Of three parcels two have left, one after the other
    Given Noah has ordered:
      | goods | pieces | price each | parcel |
      | vase  | 1      | 90.00 USD  | 1      |
      | bowl  | 1      | 10.00 USD  | 2      |
      | cup   | 1      | 5.00 USD   | 3      |
    And the seller has shipped only the vase of Noah's order
    And 15 minutes have passed
    And the seller has shipped only the bowl of Noah's order
    When an hour passes
    Then the connector has answered whatever the report asked for

  @R14 @R44
  Scenario: One order waits for the carrier, and of another one, long known, something is asked
    Given a kettle for 24.50 USD is packed for Kim
    And 15 minutes have passed
    And Maya O'Neill has asked for her money back
    When an hour passes
    Then the connector has answered whatever the report asked for
