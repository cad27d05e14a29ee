Feature: A buyer cancels before the order is shipped
  What has not left the warehouse can be called off. In the first hour the buyer decides alone, after
  it the seller has a day to answer.

  Rule: The first hour is the buyer's

    @R14
    Scenario: Nobody has to agree
      Given Maya has just ordered a desk lamp for 39.98 USD
      When Maya asks to cancel the order
      Then Maya's order is canceled
      And Maya has exactly one mail, "order cancelled"

  Rule: Later the seller agrees

    Background:
      Given Maya has ordered a desk lamp for 39.98 USD
      And Maya has asked to cancel the order

    @R14 @R13
    Scenario: The seller is asked
      When 30 minutes pass
      Then the seller has Maya's case before them
      And Maya's order stands

    @demo @R14 @R13
    Scenario: The seller agrees
      Given everybody has heard of it
      When the seller approves Maya's request
      Then Maya's order is canceled
      And Maya has exactly one mail, "order cancelled"
      And all three books say 39.98 USD for Maya

    @R14 @R19
    Scenario: The seller is silent for a day, and in another matter for a second less
      Given an hour has passed
      And 1 second has passed
      And Noah has ordered a silk scarf for 64.00 USD
      And Noah has asked to cancel the order
      And the connector has been down for 22 hours
      When 1 hour passes after the answer to Maya was due
      Then Maya's order is canceled
      And all three books say 39.98 USD for Maya
      And Noah's order stands
      And Noah has been paid back nothing

  Rule: What cost nothing is called off like anything else

    @R14 @R16
    Scenario: The seller calls off an order that has a gift in it
      Given Noah has ordered a desk lamp for 40.00 USD, and a tote bag as a gift
      And an hour has passed
      When the seller calls off what Noah ordered, as it cannot be delivered there
      Then Noah's order is canceled
      And all three books say 40.00 USD for Noah

    @R14 @R13
    Scenario: The seller agrees to call off a gift
      Given Noah has ordered a poster for 0.00 USD
      And Noah has asked to cancel the order
      And everybody has heard of it
      When the seller approves Noah's request
      Then Noah's order is canceled
      And all three books say 0.00 USD for Noah
