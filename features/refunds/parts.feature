Feature: What is left of a price is reckoned alike on both sides
  The seller's staff ask in plain words: the tax, the shipping, one of the goods. What was paid for several pieces can be
  divided in more than one way, and that must not get between them and the buyer.

  Rule: What is left of a part can be refunded after any sum

    @R16 @ours
    Scenario Outline: The <part> after a sum of the order
      Given Maya has received, with 0.30 USD for shipping and 9.56 USD of tax:
        | goods | pieces | price each |
        | rug   | 3      | 26.53 USD  |
        | mug   | 3      | 28.18 USD  |
        | lamp  | 3      | 14.35 USD  |
      And everybody has heard of it
      And the seller has refunded Maya 8.21 USD of the order
      When the seller refunds Maya the <part>
      Then Maya has been paid back <sum>
      And all three books say <sum> for Maya

      Examples:
        | part     | sum       |
        | tax      | 17.41 USD |
        | shipping | 8.50 USD  |

  Rule: A claim takes of each line's parts what that line has left

    Background:
      Given Maya has received, with 4.00 USD of tax:
        | goods | pieces | price each |
        | rug   | 1      | 20.00 USD  |
        | mug   | 1      | 20.00 USD  |
      And everybody has heard of it
      And the seller has refunded Maya the tax of the rug
      And everybody has heard of it

    @R6 @R16
    Scenario: The tax of one line has gone back, and the buyer asks for all of it
      Given Maya has asked for her money back
      And everybody has heard of it
      When the seller approves Maya's request
      Then all three books say 44.00 USD for Maya

  Rule: Of what was refunded whole nothing is left

    @R16
    Scenario: The other goods bear the coin by which the shop has divided the shipping otherwise
      Given the shop is in the United Kingdom
      And Maya has received, with 1.48 GBP for shipping:
        | goods | pieces | price each |
        | mug   | 1      | 14.32 GBP  |
        | rug   | 1      | 50.65 GBP  |
      And everybody has heard of it
      And the seller has refunded Maya the rug
      And everybody has heard of it
      When the seller tries to refund Maya the rug
      Then the seller is told that it cannot be done
