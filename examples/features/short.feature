Feature: A buyer wants their money back
  Short enough to be played by the machine's clock: two hours and a half, in seconds.

  Scenario: The seller says yes
    Given Maya has received a desk lamp for 39.98 USD
    And Maya has asked for her money back
    And half an hour has passed
    When the seller approves Maya's request
    Then Maya has been paid back everything

  Scenario: The seller says no
    Given Noah has received a silk scarf for 64.00 USD
    And Noah has asked for his money back
    And half an hour has passed
    When the seller rejects Noah's request
    Then Noah has been paid back nothing
