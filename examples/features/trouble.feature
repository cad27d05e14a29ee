Feature: What a connector must not do when it gets hard
  Four ways to lose money with a connector that looks finished.

  Scenario: The answer to a refund gets lost
    Given Maya has received a desk lamp for 39.98 USD
    And everybody has heard of it
    And the marketplace loses its answer to the next refund
    When the seller refunds Maya 10.00 USD of the order
    Then Maya has been paid back 10.00 USD
    And the trouble was hit

  Scenario: A refund gets lost on its way
    Given Maya has received a desk lamp for 39.98 USD
    And everybody has heard of it
    And the marketplace does not receive the next refund
    When the seller refunds Maya 10.00 USD of the order
    Then Maya has been paid back 10.00 USD
    And the trouble was hit

  Scenario: A no in the last minute
    Given Maya has received a desk lamp for 39.98 USD
    And Maya has asked for her money back
    And it is 1 minute before the answer to Maya is due
    When the seller rejects Maya's request
    Then Maya's request is shown as "Refund Rejected"

  Scenario: More requests than fit on a page
    Given 51 buyers have each received a mug for 9.00 USD
    When all of them ask for their money back
    Then the seller has heard of all of their requests
