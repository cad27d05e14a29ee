Feature: A quick refund
  The buyer is paid as soon as the carrier has the goods. When they arrive, there is nothing left to decide.

  Background:
    Given Maya has received a desk lamp for 40.00 USD
    And Maya has asked to send it back, by quick refund
    And everybody has heard of it

  @R42
  Scenario: Paid when the carrier has it, and not once more when it arrives
    Given Maya has handed over her parcel
    And everybody has heard of it
    When Maya's parcel reaches the warehouse
    Then Maya's request is shown as "Completed"
    And the seller has nothing to answer for Maya
    And all three books say 40.00 USD for Maya
    And Maya has exactly one mail, "order refund"

  @R42
  Scenario: Whoever would refuse the goods is too late
    Given Maya has handed over her parcel
    And everybody has heard of it
    And Maya's parcel has reached the warehouse
    When the seller tries to inspect Maya's goods
    Then the seller is told that it cannot be done
    And all three books say 40.00 USD for Maya
