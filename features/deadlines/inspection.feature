Feature: The seller has business days to inspect
  Two days for what cost up to 100 USD, four for more. Weekends and federal holidays do not count, and
  the hour is the hour on the wall in New York.

  Rule: Days are business days

    @R45
    Scenario Outline: From the arrival to the answer
      Given it is <arrival> in universal time
      And Maya has received a <goods> for <price> USD
      And Maya has sent it back
      When Maya's parcel reaches the warehouse
      Then the answer to Maya is due on <due> in New York

      Examples: the parcel arrives an hour after the buyer has asked
        | arrival                      | goods    | price  | due                               |
        | Monday 03 March 2031, 14:00  | scarf    | 64.00  | Wednesday 5 March 2031, 10:00:00  |
        | Monday 03 March 2031, 14:00  | scarf    | 100.00 | Wednesday 5 March 2031, 10:00:00  |
        | Monday 03 March 2031, 14:00  | scarf    | 100.01 | Friday 7 March 2031, 10:00:00     |
        | Friday 07 March 2031, 14:00  | scarf    | 64.00  | Tuesday 11 March 2031, 10:00:00   |
        | Saturday 08 March 2031, 14:00 | scarf   | 64.00  | Wednesday 12 March 2031, 00:00:00 |
        | Friday 23 May 2031, 14:00    | scarf    | 64.00  | Wednesday 28 May 2031, 11:00:00   |

  Rule: Silence about a parcel is a yes, and not before its hour

    Background:
      Given Maya has received a silk scarf for 64.00 USD
      And Maya has sent it back
      And Omar has received a tea set for 24.50 USD
      And Omar has sent it back

    @R18 @R19 @R45
    Scenario: Nobody has looked into one parcel, and for the other a second is left
      Given Maya's parcel has reached the warehouse
      And an hour has passed
      And 1 second has passed
      And Omar's parcel has reached the warehouse
      And the connector has been down for 46 hours
      When 1 hour passes after the answer to Maya was due
      Then Maya's request is shown as "Completed"
      And all three books say 64.00 USD for Maya
      And Omar's request is shown as "Buyer Shipped"
      And Omar has been paid back nothing
