Feature: Three months go by
  Who has bought something is forgotten three months after the last that happened to the order. The OMS's own token ends
  three months after it was last used.

  Background:
    Given the OMS makes a report every night
    And these buyers wait for the seller:
      | buyer | order        | goods      | price     | wants   |
      | Maya  | has ordered  | desk lamp  | 39.98 USD | nothing |
      | Noah  | has received | phone case | 15.99 USD | nothing |
      | Ines  | has ordered  | mug        | 12.50 USD | nothing |
    And what Maya ordered has been called off in Seller Center
    And a day has passed

  @trouble
  Scenario: The connector is down for most of them
    Given what Ines ordered has been called off in Seller Center
    And everybody has heard of it
    And the connector has been down for 45 days
    And the seller has refunded Noah 5.00 USD of the order
    And the connector has been down for 44 days
    And Omar has received a rug for 89.00 USD
    When 2 days pass
    Then the seller knows of Omar's order
    And the OMS is told no more who Ines is
    And the OMS is still told who Noah is
