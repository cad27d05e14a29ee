Feature: A replacement comes once
  What is broken is replaced, and what replaces it costs nothing. Each item is replaced once.

  Rule: The seller answers in Seller Center

    @R15 @R27
    Scenario Outline: Yes or no
      Given Maya has received a desk lamp for 39.98 USD
      And Maya has asked for a replacement
      And everybody has heard of it
      When Maya's request is <answered> in Seller Center
      Then Maya's request is shown as "<shown>"
      And the seller has nothing to answer for Maya
      And Maya has been paid back nothing

      Examples:
        | answered | shown     |
        | approved | Completed |
        | rejected | Rejected  |

    @R15 @R27 @R66
    Scenario: There is none left to send, as is learnt before the money has come
      Given Maya has received a desk lamp for 39.98 USD
      And Maya has asked for a replacement
      And 72 minutes have passed
      When Maya gets money instead of the replacement in Seller Center
      Then Maya's request is shown as "Refunded"
      And Maya has exactly one mail, "order refund"
      And all three books say 39.98 USD for Maya

    @R15 @R27 @trouble
    Scenario: Whether the money has come cannot be read at first
      Given Maya has received a desk lamp for 39.98 USD
      And Maya has asked for a replacement
      And an hour has passed
      And the marketplace answers 503 to every question for the records for 2 hours
      And Maya has got money instead of the replacement in Seller Center
      When 3 hours pass
      Then the trouble was hit
      And Maya's request is shown as "Refunded"
      And all three books say 39.98 USD for Maya

  Rule: The seller answers from the OMS as well

    Background:
      Given Maya has received a desk lamp for 39.98 USD
      And Maya has asked for a replacement
      And everybody has heard of it

    @R15 @R27 @R66
    Scenario Outline: Yes, no, or the money instead
      When the seller <answers>
      Then Maya's request is shown as "<shown>"
      And the seller has nothing to answer for Maya
      And the seller sees no failure for Maya
      And all three books say <sum> for Maya

      Examples:
        | answers                                     | shown     | sum       |
        | approves Maya's request                     | Completed | 0.00 USD  |
        | rejects Maya's request                      | Rejected  | 0.00 USD  |
        | gives Maya money instead of the replacement | Refunded  | 39.98 USD |

    @R18 @R49
    Scenario: The buyer appeals, and gets it
      Given the seller has rejected Maya's request
      And everybody has heard of it
      And Maya has appealed
      When the operator decides for Maya
      Then Maya's request is shown as "Completed"
      And all three books say 0.00 USD for Maya

    @R15 @R27
    Scenario: A part of the money is no answer to it
      When the seller tries to offer Maya 10.00 USD
      Then the seller is told that it cannot be done
      And the seller has Maya's request before them

    @R15 @R27
    Scenario: What is sent once more can come back
      Given the seller has approved Maya's request
      And everybody has heard of it
      When the seller refunds Maya's whole order
      Then all three books say 39.98 USD for Maya

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
