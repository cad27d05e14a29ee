Feature: The seller approves a return
  A buyer sends goods back. The marketplace agrees to the return by itself; the seller's word is asked
  for only when the goods are in the warehouse, and then it is worth money.

  Background:
    Given Maya has received a desk lamp for 39.98 USD

  Rule: The marketplace agrees to a return by itself

    @R3 @R27 @R28
    Scenario: Nobody has to answer a return request
      When Maya asks to send it back
      Then Maya's request is shown as "Return Label Generated"
      And Maya's request needs no answer
      And Maya has been paid back nothing

  Rule: Nobody can judge goods that have not been sent

    @R32 @R42
    Scenario: The label is made, the parcel is not
      When Maya asks to send it back
      Then the seller can not answer Maya's request

    @R32 @R42
    Scenario: The parcel arrives before the connector has heard of it
      Given Maya has asked to send it back
      And everybody has heard of it
      And Maya has handed over the parcel
      And Maya's parcel has reached the warehouse
      When the seller finds Maya's goods as sold and accepts them
      Then Maya's request is shown as "Completed"
      And all three books say 39.98 USD for Maya

  Rule: The seller pays once the goods are back

    @demo @R6 @R29 @R30 @R32 @R34 @R35 @R36 @R14
    Scenario: The goods are as they were sold
      Given Maya has sent it back
      And 2 hours have passed
      And Maya's parcel has reached the warehouse
      When the seller finds Maya's goods as sold and accepts them
      Then Maya's request is shown as "Completed"
      And Maya has exactly one mail, "order refund"
      And all three books say 39.98 USD for Maya

    @R32 @R42
    Scenario: The parcel is there but nobody has looked yet
      Given Maya has sent it back
      When Maya's parcel reaches the warehouse
      Then Maya's request is shown as "Buyer Shipped"
      And the seller has Maya's case before them
      And Maya has been paid back nothing

    @R45 @R29
    Scenario: What has not arrived cannot be inspected
      Given Maya has sent it back
      When the seller tries to inspect Maya's goods
      Then the seller is told that it cannot be done
      And Maya has been paid back nothing

    @R36
    Scenario: The way from the asking to the money can be followed
      Given Maya has sent it back
      And Maya's parcel has reached the warehouse
      When the seller finds Maya's goods used and accepts them
      Then the page of Maya's order tells what happened, in the order of time
      And Maya has been paid back everything

  Rule: Only what comes back is paid for

    @R4 @R16 @R37
    Scenario: Two of three mugs come back
      Given Noah has received 3 mugs at 12.50 USD each
      And Noah has sent back 2 of the mugs
      And Noah's parcel has reached the warehouse
      When the seller finds Noah's goods as sold and accepts them
      Then all three books say 25.00 USD for Noah
