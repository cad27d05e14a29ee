Feature: What the buyer paid is what goes back
  The seller and the marketplace give something off the goods and off the shipping; it was never paid, so it never goes
  back. What has no price is given back without money.

  Rule: Discounts stay where they are, whoever gave them

    Background:
      Given Maya has received, less 6.00 USD from the seller and 4.00 USD from the marketplace, with 5.00 USD for shipping less 2.00 USD from the marketplace and 3.10 USD of tax:
        | goods | pieces | price each |
        | rug   | 1      | 70.00 USD  |
        | mug   | 3      | 10.00 USD  |
      And everybody has heard of it

    @R4 @R16 @R37
    Scenario Outline: Of the order, of a line, of some pieces
      When the seller refunds Maya <what>
      Then the price of Maya's order is made up like this:
        | list price | seller gives | marketplace gives | goods     | shipping | tax      | paid      |
        | 100.00 USD | 6.00 USD     | 4.00 USD          | 90.00 USD | 3.00 USD | 3.10 USD | 96.10 USD |
      And all three books say <sum> for Maya

      Examples:
        | what                    | sum       |
        | 96.10 USD of the order  | 96.10 USD |
        | the rug                 | 67.27 USD |
        | the mugs                | 28.83 USD |
        | 2 of the mugs           | 19.22 USD |
        | the tax of the mugs     | 0.93 USD  |

    @R16 @R37
    Scenario: More than was paid is refused, though it is less than the price
      When the seller tries to refund Maya 96.11 USD of the order
      Then the seller is told that it cannot be done

    @R4 @R24 @R42
    Scenario: Goods that come back
      Given Maya has sent back 2 of the mugs
      And Maya's parcel has reached the warehouse
      And everybody has heard of it
      When the seller finds Maya's goods as sold and accepts them
      Then Maya has been paid back 19.22 USD
      And all three books say 19.22 USD for Maya

  Rule: Of the same goods each piece has the price that was paid for it

    @R4 @R16 @R37
    Scenario: The first mug at its price, the others cheaper
      Given Ana has received, with 3.00 USD for shipping:
        | goods | pieces | price each |
        | mug   | 1      | 12.50 USD  |
        | mug   | 2      | 10.00 USD  |
      And everybody has heard of it
      When the seller refunds Ana 1 of the mugs
      Then all three books say 13.65 USD for Ana

  Rule: What is free of tax gives none back

    @R4 @R16 @R37
    Scenario: One of two is taxed
      Given Ana has received, with 5.00 USD of tax:
        | goods | pieces | price each | taxed | SKU |
        | rug   | 1      | 50.00 USD  | yes   | no  |
        | mug   | 2      | 25.00 USD  | no    | no  |
      And everybody has heard of it
      And the seller has refunded Ana 1 of the mugs
      When the seller refunds Ana the rug
      Then all three books say 80.00 USD for Ana

  Rule: A gift is worth nothing

    Background:
      Given Noah has received a desk lamp for 40.00 USD, and a tote bag as a gift
      And everybody has heard of it

    @R4 @R24 @R42
    Scenario: It comes back with what was paid for
      Given Noah has sent it back
      And Noah's parcel has reached the warehouse
      And everybody has heard of it
      When the seller finds Noah's goods as sold and accepts them
      Then Noah's request is shown as "Completed"
      And all three books say 40.00 USD for Noah

    @R16
    Scenario: Nobody is paid for it alone
      When the seller tries to refund Noah the tote bag
      Then the seller is told that it cannot be done

    @R16 @R37
    Scenario: The whole order without it
      When the seller refunds Noah's whole order
      Then all three books say 40.00 USD for Noah

    @R14 @R16
    Scenario: It is called off with the rest, even after a no to that
      Given Ines has ordered a desk lamp for 40.00 USD, and a tote bag as a gift
      And Ines has asked to cancel the order
      And everybody has heard of it
      And the seller has rejected Ines's request
      When the seller calls off what Ines ordered, as it is not available
      Then Ines's order is canceled
      And all three books say 40.00 USD for Ines
