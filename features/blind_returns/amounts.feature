Feature: How much is refunded
  A whole order, one thing in it, or a part of one thing; all of the money, or some of it.

  Background:
    Given Maya has received:
      | goods | pieces | price each |
      | rug   | 1      | 89.00 USD  |
      | mug   | 3      | 12.50 USD  |
    And everybody has heard of it

  Rule: Each level can be paid in full or in part

    @R4 @R16 @R37
    Scenario: The whole order in full
      When the seller refunds Maya's whole order
      Then all three books say 126.50 USD for Maya

    @R4 @R16 @R37
    Scenario: The whole order in part
      When the seller refunds Maya 26.50 USD of the order
      Then all three books say 26.50 USD for Maya

    @R4 @R16 @R37
    Scenario: One line in full
      When the seller refunds Maya the mug
      Then all three books say 37.50 USD for Maya

    @R4 @R16 @R37
    Scenario: One line in part
      When the seller refunds Maya 9.99 USD on the rug
      Then all three books say 9.99 USD for Maya

    @R4 @R16 @R37
    Scenario Outline: So many pieces of a line
      When the seller refunds Maya <pieces> of the mug
      Then all three books say <sum> USD for Maya

      Examples:
        | pieces | sum   |
        | 1      | 12.50 |
        | 2      | 25.00 |

    @R4 @R16 @R37
    Scenario: Some of the money for some pieces of a line
      When the seller refunds Maya 5.01 USD on 2 of the mug
      Then all three books say 5.01 USD for Maya

  Rule: Shipping and tax belong to what was paid

    Background:
      Given Noah has received, with 5.00 USD for shipping and 2.50 USD of tax, 0.31 USD of it on shipping:
        | goods | pieces | price each |
        | rug   | 1      | 89.00 USD  |
        | mug   | 3      | 12.00 USD  |
      And everybody has heard of it

    @R4 @R16
    Scenario Outline: A whole refund brings all of it, a line its share
      When the seller <refund>
      Then Noah has exactly one mail, "order refund"
      And the mail names the sum <sum>
      And all three books say <sum> for Noah

      Examples:
        | refund                              | sum        |
        | refunds Noah's whole order          | 132.50 USD |
        | refunds Noah the rug                | 94.33 USD  |
        | refunds Noah the tax of the mug     | 0.73 USD   |
        | refunds Noah 5.00 USD of the order  | 5.00 USD   |
        | refunds Noah 15.00 USD of the order | 15.00 USD  |
        | refunds Noah 25.00 USD of the order | 25.00 USD  |

    @R4 @R16 @R66
    Scenario Outline: Of tax and shipping, too, nobody gets more back than was paid
      Given the seller has refunded Noah the <part>
      And everybody has heard of it
      And Noah has asked for his money back
      And everybody has heard of it
      When the seller approves Noah's request
      Then all three books say 132.50 USD for Noah

      Examples:
        | part                |
        | tax                 |
        | shipping of the rug |

    @R4 @R13 @R55
    Scenario: What the seller means to give takes nothing from what the buyer asks for
      Given the seller has refunded Noah the tax
      And Noah has asked for his money back
      And everybody has heard of it
      When the seller approves Noah's request
      Then all three books say 132.50 USD for Noah

  Rule: A buyer may ask for a part as well

    @R4 @R37 @R60
    Scenario: One piece of three
      Given Maya has asked for the money for 1 of the mug
      And everybody has heard of it
      When the seller approves Maya's request
      Then Maya's request is over 12.50 USD
      And the seller's case of Maya is over 12.50 USD
      And all three books say 12.50 USD for Maya

    @R4 @R37 @R60
    Scenario: One line of two
      Given Maya has asked for the money for the rug
      And everybody has heard of it
      When the seller approves Maya's request
      Then all three books say 89.00 USD for Maya

  Rule: Parts never exceed the whole

    @R16
    Scenario: Two parts that make the whole
      Given the seller has refunded Maya 100.00 USD of the order
      When the seller refunds Maya 26.50 USD of the order
      Then all three books say 126.50 USD for Maya

    @R4 @R16
    Scenario: Shipping and tax that do not divide by three
      Given Noah has received 3 mugs at 10.00 USD each, with 1.00 USD for shipping and 0.50 USD of tax
      And everybody has heard of it
      When the seller refunds Noah's whole order
      Then all three books say 31.50 USD for Noah

    @R4 @R16
    Scenario: Cents that do not divide by three
      Given Noah has received 3 candles at 19.99 USD each
      And everybody has heard of it
      When the seller refunds Noah 10.00 USD of the order
      Then all three books say 10.00 USD for Noah
