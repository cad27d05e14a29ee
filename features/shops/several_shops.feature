Feature: The seller has several shops
  One connector works for all of them. Each has its market, its currency and its orders; what happens in one is nothing
  to the others.

  Rule: What is asked in a shop is answered and paid there

    Background:
      Given there is a second shop in the United Kingdom
      And there is a third shop in Indonesia
      And Maya has received a desk lamp for 39.98 USD
      And Maya has received a rug for 25.00 GBP from the second shop

    @R5 @R13 @R14
    Scenario: Each in its currency
      Given 2 buyers have each received a garden hose for 27.50 GBP from the second shop
      And 2 buyers have each ordered a mug for 70000 IDR from the third shop
      And 2 of them have asked for their money back
      And the others have asked to cancel their orders
      And everybody has heard of it
      When the seller approves all of their requests
      Then all of them have been paid back everything

    @R9 @R14
    Scenario: The seller pays one buyer back in two of them
      Given everybody has heard of it
      And the connector's access token has expired
      And the seller has refunded Maya 5.00 USD of her first order
      When the seller refunds Maya's whole second order
      Then all three books say 5.00 USD for Maya's first order
      And all three books say 25.00 GBP for Maya's second order

    @R3 @R28
    Scenario: Each follows the rules of its market
      Given Noah has received a garden hose for 27.50 GBP from the second shop
      And Maya has asked to send back the desk lamp
      When Noah asks to send it back
      Then Maya's request is shown as "Return Label Generated"
      And Noah's request is shown as "Request Pending"
      And the seller has Noah's request before them

    @R12 @R13 @R74 @trouble
    Scenario: A no in one of them and a yes in another, in the same round
      Given Maya has asked for the money for the desk lamp
      And Maya has asked for the money for the rug
      And everybody has heard of it
      And the seller has approved Maya's request for the rug
      When the seller rejects Maya's request for the desk lamp
      Then Maya's request for the desk lamp is shown as "Refund Rejected"
      And all three books say 25.00 GBP for Maya's second order

  Rule: A shop may open late, and its seller may let the connector in again

    Background:
      Given 7 minutes have passed
      And a second shop has opened
      And Noah has received a mug for 12.50 USD from the second shop
      And Noah has asked for his money back

    @R5 @R62 @R63
    Scenario: Its first round is the connector's next
      When 8 minutes pass
      Then the seller has Noah's request before them

    @R5 @R62
    Scenario: It has been open for hours when the connector is let in
      Given a third shop has opened, without the connector
      And Maya has received a rug for 25.00 USD from the third shop
      And Maya has asked for her money back
      And 3 hours have passed
      And the seller has let the connector into the third shop
      When an hour passes
      Then the seller has Maya's request before them

    @R5 @R17 @R62
    Scenario: A request is decided before the connector is let in
      Given a third shop has opened, without the connector
      And Maya has received a rug for 25.00 USD from the third shop
      And Maya has asked for her money back
      And the marketplace has given the seller 1 hour to answer Maya
      And 3 hours have passed
      When the seller lets the connector into the third shop
      Then all three books say 25.00 USD for Maya

    @R12 @R14
    Scenario: The seller consents anew while an answer is on its way
      Given everybody has heard of it
      And the seller has approved Noah's request
      When the seller lets the connector into the second shop again
      Then Noah has exactly one mail, "order refund"
      And all three books say 12.50 USD for Noah

  Rule: What was there before the connector is the seller's, too

    @R5 @R62
    Scenario: It has sold for hours before its seller takes a connector
      Given the shop has opened, without the connector
      And Noah has received a mug for 12.50 USD
      And Noah has asked for his money back
      And 3 hours have passed
      And the seller has let the connector into the shop
      When an hour passes
      Then the seller has Noah's request before them

  Rule: A sandbox takes few calls, and a connector needs fewer

    @R13
    Scenario: A day in a sandbox
      Given there is a second sandbox shop
      And Maya has received a rug for 25.00 USD from the second shop
      And Maya has asked for her money back
      And 23 hours have passed
      When the seller approves Maya's request
      Then Maya's request is shown as "Completed"
      And all three books say 25.00 USD for Maya
