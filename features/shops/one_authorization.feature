Feature: One authorization covers several shops
  A seller across borders consents once. One code and one pair of tokens are good for all of their shops, each of which
  has a cipher of its own; whoever renews the tokens renews them for all, and when they end they end for all.

  Rule: Each of them is worked for, and so is a shop beside them

    Background:
      Given there is a second shop in the United Kingdom, under the same authorization
      And there is a third shop in Indonesia

    @R5 @R13 @R14
    Scenario: Each in its currency
      Given 2 buyers have each received a garden hose for 27.50 GBP from the second shop
      And 2 buyers have each ordered a mug for 70000 IDR from the third shop
      And 2 of them have asked for their money back
      And the others have asked to cancel their orders
      And everybody has heard of it
      When the seller approves all of their requests
      Then all of them have been paid back everything

    @R5 @R16
    Scenario: What the seller starts has the reasons of its own market
      Given Lena has received a rug for 25.00 GBP from the second shop
      And everybody has heard of it
      When the seller refunds Lena's whole order
      Then all three books say 25.00 GBP for Lena

    @R5 @R62 @R63
    Scenario: Another one opens
      Given a fourth shop has opened in Thailand, under the same authorization
      And Maya has received a rug for 800.00 THB from the fourth shop
      And Maya has asked for her money back
      When an hour passes
      Then the seller has Maya's request before them

  Rule: What befalls one of them is nothing to the others, and what befalls the tokens is

    Background:
      Given there is a second shop in the United Kingdom, under the same authorization
      And Maya has received a desk lamp for 39.98 USD
      And Noah has received a rug for 25.00 GBP from the second shop

    @R5 @R62 @trouble
    Scenario Outline: One of them is not to be had
      Given the <trouble>
      And Maya has asked for her money back
      And Noah has asked for his money back
      When 30 minutes pass
      Then the seller has Maya's request before them
      And the seller has not heard of Noah

      Examples:
        | trouble                                                                              |
        | connector has lost its right to returns in the second shop for 1 hour                |
        | marketplace answers 401 with code 105001 to every call of the second shop for 1 hour |

    @R5 @R62 @trouble
    Scenario Outline: The seller takes back what one has given, and gives it anew for another
      Given the seller has taken back the connector's authorization for the <one> shop
      And Maya has asked for her money back
      And Noah has asked for his money back
      And an hour has passed
      And the seller has let the connector into the <other> shop again
      When an hour passes
      Then the seller has Maya's request before them
      And the seller has Noah's request before them

      Examples:
        | one    | other  |
        | first  | second |
        | second | first  |

    @R5 @R62
    Scenario: One of them is in a market that the connector knows no reasons of
      Given there is a third shop in Brazil, under the same authorization
      And Maya has asked for her money back
      And Noah has asked for his money back
      When 30 minutes pass
      Then the seller has Maya's request before them
      And the seller has Noah's request before them

  Rule: The tokens are renewed once, for all of them

    Background:
      Given the connector is told by webhooks
      And there is a second shop in the United Kingdom, under the same authorization
      And Maya has received a desk lamp for 39.98 USD
      And Noah has received a rug for 25.00 GBP from the second shop

    @R5 @R62 @trouble
    Scenario: The access token has expired, and one of them is looked at before its time
      Given a minute has passed
      And the connector's access token has expired
      And Ines has ordered a mug for 8.00 GBP from the second shop
      And 40 minutes have passed
      And Maya has asked for her money back
      And Noah has asked for his money back
      When an hour passes
      Then the seller has Maya's request before them
      And the seller has Noah's request before them
