Feature: Goods that have come back worse are paid for less
  Where the market has it, the seller keeps a part in Seller Center, and no more than the market says.

  @R15 @R42
  Scenario: A quarter is kept
    Given Maya has received a desk lamp for 40.00 USD
    And Maya has sent it back
    And Maya's parcel has reached the warehouse
    And an hour has passed
    When Maya's goods are accepted for 30.00 USD in Seller Center
    Then Maya has exactly one mail, "order refund"
    And all three books say 30.00 USD for Maya
