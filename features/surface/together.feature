Feature: Several kinds of goods go back together
  The buyer asks once, and there is a return for each kind of goods; they come back in one parcel, and each is answered
  and paid by itself.

  @R4 @R24 @R42
  Scenario: One is taken, the other refused
    Given Maya has received:
      | goods | pieces | price each |
      | rug   | 1      | 89.00 USD  |
      | mug   | 2      | 12.50 USD  |
    And Maya has asked to send everything back, each kind by itself
    And everybody has heard of it
    And Maya has handed over her parcel with the rug
    And Maya's parcel with the mugs has reached the warehouse
    And everybody has heard of it
    And the seller has found Maya's rug damaged and refused it
    When the seller finds Maya's mugs as sold and accepts them
    Then Maya's request for the rug is shown as "Return Rejected"
    And all three books say 25.00 USD for Maya
