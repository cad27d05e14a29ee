Feature: What the market adds to an order
  Some states of the US put a fee on every delivery, and the platform charges buyers in Indonesia for its service. It is
  part of what was paid. Sources disagree whether it is part of what goes back; the marketplace's total decides.

  Rule: Where the total has it in it, it goes back with the goods

    @R4 @R37
    Scenario Outline: Of the order, of a line, of some pieces
      Given Maya has received, with 5.00 USD for shipping and 3.10 USD of tax and 0.29 USD of fees:
        | goods | pieces | price each |
        | rug   | 1      | 70.00 USD  |
        | mug   | 3      | 10.00 USD  |
      And everybody has heard of it
      When the seller refunds Maya <what>
      Then all three books say <sum> for Maya

      Examples:
        | what                     | sum        |
        | 108.39 USD of the order  | 108.39 USD |
        | the rug                  | 75.87 USD  |
        | the mugs                 | 32.52 USD  |

    @R16 @R37
    Scenario Outline: What does not share out evenly goes back with the goods that bear it
      Given Noah has received, with 0.01 USD of fees:
        | goods | pieces | price each |
        | mug   | 1      | 10.00 USD  |
        | vase  | 1      | 10.00 USD  |
      And everybody has heard of it
      When the seller refunds Noah <sum> on the <what>
      Then all three books say <sum> for Noah

      Examples:
        | what | sum       |
        | mug  | 10.00 USD |
        | vase | 10.01 USD |

    @R14 @R16 @R34
    Scenario Outline: A buyer in <place> is paid all of it
      Given a shop in <place>
      And Noah has received a desk lamp for <price>, with <fee> of fees
      And Noah has asked for his money back
      And everybody has heard of it
      When the seller approves Noah's request
      Then Noah's request is shown as "Completed"
      And all three books say <sum> for Noah

      Examples:
        | place             | price      | fee      | sum        |
        | the United States | 52.99 USD  | 0.17 USD | 53.16 USD  |
        | Indonesia         | 432000 IDR | 1000 IDR | 433000 IDR |

  Rule: Where the total leaves it out, the platform keeps it

    Background:
      Given a shop in us-2025-08-fee-stays
      And Ana has received 2 mugs at 10.00 USD each, with 0.30 USD of fees
      And everybody has heard of it

    @R16 @R37
    Scenario: The seller pays back what the goods cost
      When the seller refunds Ana 20.00 USD of the order
      Then all three books say 20.00 USD for Ana

    @R16 @R37
    Scenario Outline: Who names goods and no sum gets what they cost
      Given Noah has <got> 2 mugs at 10.00 USD each, with 0.30 USD of fees
      And everybody has heard of it
      When the seller refunds Noah <what>
      Then all three books say <sum> for Noah

      Examples:
        | got      | what          | sum       |
        | received | 1 of the mugs | 10.00 USD |
        | ordered  | 1 of the mugs | 10.00 USD |
        | ordered  | the mugs      | 20.00 USD |

    @R56
    Scenario Outline: All that was paid is more than goes back, and the seller is told
      When the seller refunds <what>
      Then the seller sees that the refund of Ana failed, and why
      And all three books say 0.00 USD for Ana

      Examples:
        | what                      |
        | Ana's whole order         |
        | Ana 20.30 USD on the mugs |

    @R14 @R34
    Scenario: The buyer asks for one of the two
      Given Ana has asked for the money for 1 of the mugs
      And everybody has heard of it
      When the seller approves Ana's request
      Then all three books say 10.00 USD for Ana
