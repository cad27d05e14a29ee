Feature: The buyer sends it back in their own way
  Without the platform's label, and at their own cost, of which nothing is paid back.

  @R24 @R42
  Scenario: Paid what was paid for the goods
    Given Maya has received a desk lamp for 40.00 USD
    And Maya has asked to send it back in her own way
    And everybody has heard of it
    And Maya has handed over her parcel, which cost her 6.20 USD
    And Maya's parcel has reached the warehouse
    And everybody has heard of it
    When the seller finds Maya's goods as sold and accepts them
    Then Maya's request is shown as "Completed"
    And sending Maya's parcel back has cost the buyer 6.20 USD
    And all three books say 40.00 USD for Maya
