Feature: Three months go by
  Who has bought something is forgotten three months after the last that happened to the order. The OMS's own token ends
  three months after it was last used.

  Background:
    Given the OMS makes a report every night
    And Maya has ordered a desk lamp for 39.98 USD
    And what Maya ordered has been called off in Seller Center
    And everybody has heard of it

  @trouble
  Scenario: The connector is down for most of them
    Given Noah has received a phone case for 15.99 USD
    And everybody has heard of it
    And the connector has been down for 45 days
    And the seller has refunded Noah 5.00 USD of the order
    And the connector has been down for 46 days
    And Omar has received a rug for 89.00 USD
    When a day passes
    Then the seller knows of Omar's order
    And the OMS is told no more who Maya is
    And the OMS is still told who Noah is
