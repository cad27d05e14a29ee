Feature: Many ask at once
  The marketplace and the connector hand out what they have in pages. What stands on the second and the third is read
  like the first, even if all of it has happened in the same second.

  Rule: Whoever asks is answered, on whatever page

    Background:
      Given there is a second shop
      And 101 buyers have each just ordered a desk lamp for 39.98 USD
      And 51 buyers have each received a mug for 12.50 USD from the second shop
      And everybody has heard of it

    @R5 @R13 @R14 @R63 @R69
    Scenario: Orders, requests and cancellations
      Given 101 of them have asked to cancel their orders
      And the others have asked for their money back
      And everybody has heard of it
      When the seller approves all of their requests
      Then all of them have been paid back everything
      And 51 of them have exactly one mail, "order refund"
      And 101 of them have exactly one mail, "order cancelled"

  Rule: What is asked about many goods is asked about each of them

    @R4 @R13 @R16 @R63
    Scenario Outline: Lines of an order, and what is to be answered about them
      Given the OMS <reads>
      And 9 buyers have each received 25 things of different kinds, at 4.00 USD each
      And all of them have asked for their money back
      And these buyers wait for the seller:
        | buyer | order        | goods | price     | wants      |
        | Maya  | has received | mug   | 12.50 USD | money back |
      And 90 minutes have passed
      When the seller approves all of their requests
      Then all of them have been paid back everything

      Examples:
        | reads                                |
        | pages by 110 and asks in other words |
        | reads without overlap                |

  Rule: What has been marked on the first page moves nobody on the second one

    @R44 @R63
    Scenario: An OMS marks what it has read before it follows the link
      Given the OMS marks orders page by page
      And 100 buyers have each received a mug for 12.50 USD
      And the connector has been down for 14 minutes
      And Maya has received a rug for 39.98 USD
      When 1 minute passes
      Then the seller knows of Maya's order
