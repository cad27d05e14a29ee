Feature: Goods that have come back worse are paid for less
  Where the market has it, the seller keeps a part in Seller Center, and no less and no more than the market says.

  @R15 @R42
  Scenario: A quarter is kept
    Given Maya has received a desk lamp for 40.00 USD
    And Maya has sent it back
    And Maya's parcel has reached the warehouse
    And everybody has heard of it
    When Maya's goods are accepted for 30.00 USD in Seller Center
    Then Maya has exactly one mail, "order refund"
    And all three books say 30.00 USD for Maya

  Rule: Outside the United States a tenth at least is kept, and half at most

    Background:
      Given a shop in Thailand
      And Maya has received a desk lamp for 400.00 THB
      And Maya has sent it back

    @R15 @R42
    Scenario Outline: Too little, too much
      Given Maya's parcel has reached the warehouse
      And everybody has heard of it
      When somebody tries to accept Maya's goods for <sum> in Seller Center
      Then Seller Center is told that it cannot be done
      And all three books say 0.00 THB for Maya

      Examples:
        | sum        |
        | 360.01 THB |
        | 199.99 THB |
