Feature: Two things happen in one second, and a round falls between them
  The marketplace's times are whole seconds. What a claim or an order does after a round in the very second in which
  that round read it has the same time as what was read, and is news all the same.

  @R5 @R13 @R43 @R62 @R72
  Scenario: A buyer asks, and one who asked to cancel, and both think better of it
    Given Maya has received a desk lamp for 39.98 USD
    And Maya has asked for her money back
    And Noah has ordered a garden hose for 27.50 USD
    And Noah has asked to cancel the order
    And 0 seconds have passed
    And Maya has withdrawn
    And Noah has withdrawn
    When 15 minutes pass
    Then the seller has nothing to answer for Maya
    And the seller has nothing to answer for Noah

  @R54 @R72
  Scenario: An order that was on hold until then leaves in the same second
    Given Noah has just ordered a garden hose for 27.50 USD
    And an hour has passed
    And the seller has shipped Noah's order
    And 15 minutes have passed
    When the seller refunds Noah 7.50 USD of the order
    Then all three books say 7.50 USD for Noah
