Feature: The OMS answers at the wrong time
  Before there is anything to judge, after the deadline, or once more: an OMS that does not look leaves it
  to the connector to say that this is no longer, or not yet, the seller's to decide.

  Background:
    Given the OMS answers at the wrong time
    And Maya has received a desk lamp for 39.98 USD
    And 5 minutes have passed

  @R68
  Scenario Outline: Goods are judged that have not been sent
    Given Maya has asked to send it back
    And everybody has heard of it
    When the seller tries to inspect Maya's goods<how>
    Then it was the connector that refused it
    And Maya has been paid back nothing

    Examples:
      | how                  |
      |                      |
      | , and to refuse them |

  @R68 @R79
  Scenario Outline: The hour has come, and the connector has not been round since
    Given Maya has asked for her money back
    And everybody has heard of it
    And the connector has been down for 22 hours
    And it is <late> after the answer to Maya was due
    When the seller tries to reject Maya's request
    Then it was the connector that refused it

    Examples:
      | late      |
      | 0 seconds |
      | 1 minute  |

  @R68
  Scenario Outline: The other answer, after the first
    Given Maya has asked for her money back
    And everybody has heard of it
    And the seller has <first> Maya's request
    And <later> has passed
    When the seller tries to <second> Maya's request
    Then it was the connector that refused it

    Examples:
      | first    | later    | second  |
      | approved | a minute | reject  |
      | rejected | a minute | approve |
      | approved | an hour  | reject  |
      | rejected | an hour  | approve |
