Feature: Activity & History tells the story of an order
  Whoever opens the order in the connector sees each step: when, who, what, in whose words.

  Background:
    Given Maya has received a desk lamp for 39.98 USD

  Rule: What was collected can be traced

    @R31
    Scenario: A request
      Given Maya has asked for her money back
      When 15 minutes pass
      Then the page of Maya's order tells of:
        | REFUND_REQUEST |

    @R31
    Scenario: A decision and its end
      Given Maya has asked for her money back
      And an hour has passed
      When the seller approves Maya's request
      Then the page of Maya's order tells what happened, in the order of time
      And the page of Maya's order tells of:
        | 39.98 |

    @R31 @R15
    Scenario: What was done elsewhere
      Given Maya has asked for her money back
      And an hour has passed
      When Maya's request is approved in Seller Center
      Then the page of Maya's order tells what happened, in the order of time
