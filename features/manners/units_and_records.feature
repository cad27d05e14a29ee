Feature: What exactly is refunded, and what is only recorded
  A refund may be of these very pieces and of no others. What has been given back elsewhere is recorded,
  and nobody is paid for it.

  Rule: These pieces and no others

    @R16 @R37
    Scenario Outline: The last of several alike
      Given the OMS takes the last of several alike
      And Noah has received 3 mugs at 10.00 USD each, with 1.50 USD of tax
      And everybody has heard of it
      When the seller refunds Noah <what>
      Then Noah has been paid for the <which> of the mugs
      And all three books say <paid> for Noah

      Examples:
        | what                      | which            | paid      |
        | 1 of the mugs             | last             | 10.50 USD |
        | 2 of the mugs             | second and third | 21.00 USD |
        | 4.00 USD on 1 of the mugs | last             | 4.00 USD  |

  Rule: So many pieces, whichever they are

    @R16 @R37
    Scenario Outline: Of one of them a part has gone back already
      Given the OMS says how many and not which
      And Noah has received 3 mugs at 10.00 USD each, with 1.50 USD of tax
      And everybody has heard of it
      And the seller has refunded Noah 4.00 USD on 1 of the mugs
      When the seller refunds Noah <what>
      Then Noah has been paid for the <which> of the mugs
      And all three books say <paid> for Noah

      Examples:
        | what                                         | which                   | paid      |
        | 1 of the mugs, and puts it back on the shelf | first and second        | 14.50 USD |
        | 2 of the mugs                                | first, second and third | 25.00 USD |
        | 5.00 USD on 1 of the mugs                    | first and second        | 9.00 USD  |

  Rule: Who says no sum means all that is left

    @R16 @R37 @R53
    Scenario Outline: Of the whole order, and of some pieces all but their price
      Given the OMS says no sum where it means all
      And Noah <has> 3 mugs at 20.00 USD each, with 3.00 USD for shipping and 3.30 USD of tax
      And everybody has heard of it
      When the seller refunds <what>
      Then all three books say <sum> for Noah

      Examples:
        | has          | what                                                    | sum       |
        | has received | Noah's whole order and puts the goods back on the shelf | 66.30 USD |
        | has ordered  | Noah's whole order and puts the goods back on the shelf | 66.30 USD |
        | has received | Noah 2 of the mugs                                      | 44.20 USD |

  Rule: Who means what has shipped calls nothing off

    @R14 @R16 @R56
    Scenario Outline: Nothing has shipped
      Given the OMS means what has shipped only
      And Noah has ordered 3 mugs at 10.00 USD each
      And everybody has heard of it
      When the seller tries to refund <what>
      Then it was the connector that refused it
      And Noah's order stands

      Examples:
        | what                       |
        | Noah's whole order         |
        | Noah 2 of the mugs         |
        | Noah 5.00 USD of the order |

  Rule: What is recorded pays nobody

    Background:
      Given the OMS speaks like an old client
      And Maya has received a desk lamp for 39.98 USD
      And everybody has heard of it

    @R15 @R54
    Scenario Outline: It was given back in Seller Center
      Given <there> in Seller Center
      And everybody has heard of it
      When the seller records 15.00 USD of Maya's order as given back elsewhere
      Then the seller sees 15.00 USD recorded for Maya, and nothing to be paid
      And all three books say <books> for Maya

      Examples:
        | there                                        | books     |
        | 15.00 USD of Maya's order have been refunded | 15.00 USD |
        | Maya's whole order has been refunded         | 39.98 USD |

    @R54 @R55
    Scenario: Nobody knows where, and the seller pays all the same
      Given the seller has recorded Maya's whole order as given back elsewhere
      When the seller refunds Maya's whole order
      Then the seller sees 39.98 USD recorded for Maya, and nothing to be paid
      And all three books say 39.98 USD for Maya

    @R14 @R54
    Scenario: What has not been shipped is not called off by what is only recorded
      Given Noah has ordered a rug for 89.00 USD
      And everybody has heard of it
      When the seller records Noah's whole order as given back elsewhere
      Then the seller sees 89.00 USD recorded for Noah, and nothing to be paid
      And Noah's order stands
      And all three books say 0.00 USD for Noah

    @R15 @R54
    Scenario Outline: Of some goods it is no other
      Given Noah <has> 3 mugs at 10.00 USD each, with 1.50 USD of tax
      And everybody has heard of it
      When the seller records Noah <what> as given back elsewhere
      Then the seller sees <sum> recorded for Noah, and nothing to be paid
      And all three books say 0.00 USD for Noah

      Examples:
        | has          | what                      | sum       |
        | has received | 2 of the mugs             | 21.00 USD |
        | has received | 4.00 USD on 1 of the mugs | 4.00 USD  |
        | has received | 5.00 USD of the order     | 5.00 USD  |
        | has ordered  | 2 of the mugs             | 21.00 USD |
        | has ordered  | 4.00 USD on 1 of the mugs | 4.00 USD  |
        | has ordered  | 5.00 USD of the order     | 5.00 USD  |

  Rule: What has been paid and is entered once more is not paid once more

    @R54 @R55
    Scenario: All that is paid is entered once more
      Given the OMS records again what has been paid
      And Maya has received a desk lamp for 39.98 USD
      And everybody has heard of it
      When the seller refunds Maya 15.00 USD of the order
      Then all three books say 15.00 USD for Maya
      And Maya has exactly one mail, "order refund"
