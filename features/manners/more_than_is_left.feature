Feature: The OMS asks for more than is left
  An OMS that does not reckon what has gone back already leaves that to the connector, which refuses
  what is too much before anybody is paid.

  Rule: What is too much is refused, and nothing more goes back

    Background:
      Given the OMS asks for more than is left
      And Noah has received 3 mugs at 10.00 USD each, with 3.00 USD for shipping and 1.50 USD of tax, 0.15 USD of it on shipping
      And everybody has heard of it

    @R16 @R56
    Scenario Outline: After a first refund
      Given the seller has refunded Noah <first>
      When the seller tries to refund Noah <second>
      Then it was the connector that refused it
      And all three books say <paid> for Noah

      Examples:
        | first                     | second                | paid      |
        | 30.00 USD of the order    | 4.51 USD of the order | 30.00 USD |
        | 30.00 USD of the order    | 4.51 USD on the mugs  | 30.00 USD |
        | 2 of the mugs             | 3 of the mugs         | 23.00 USD |
        | 11.00 USD on 1 of the mug | 30.00 USD on the mugs | 11.00 USD |

    @R16 @R56
    Scenario: The tax, and once more the tax
      Given the seller has refunded Noah the tax
      And an hour has passed
      When the seller tries to refund Noah the tax
      Then it was the connector that refused it
      And all three books say 1.50 USD for Noah

    @R16 @R56
    Scenario Outline: What fell on one of two, and once more
      Given Maya has received, with 6.00 USD for shipping and 4.00 USD of tax:
        | goods | pieces | price each |
        | rug   | 1      | 20.00 USD  |
        | mug   | 1      | 20.00 USD  |
      And everybody has heard of it
      And the seller has refunded Maya the <part> of the rug
      And an hour has passed
      When the seller tries to refund Maya the <part> of the rug
      Then it was the connector that refused it
      And all three books say <share> for Maya

      Examples:
        | part     | share    |
        | shipping | 3.00 USD |
        | tax      | 2.00 USD |

    @R16 @R56
    Scenario Outline: More is offered than was asked for, or nothing
      Given Noah has asked for the money for 1 of the mugs
      And everybody has heard of it
      When the seller tries to offer Noah <sum>
      Then it was the connector that refused it
      And Noah has been paid back nothing

      Examples:
        | sum       |
        | 20.00 USD |
        | 0.00 USD  |

    @R63 @R64 @R74
    Scenario: More has been inspected than has come back
      Given Noah has sent back 2 of the mugs
      And Noah's parcel has reached the warehouse
      And everybody has heard of it
      When the seller finds Noah's goods as sold and accepts them
      Then the connector has refused a piece too many
      And all three books say 23.00 USD for Noah

    @R11 @R76
    Scenario: More is said than there is room for
      Given Noah has asked for the money for 1 of the mugs
      And everybody has heard of it
      When the seller tries to reject Noah's request, saying "ääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääää."
      Then it was the connector that refused it
      And Noah's request is shown as "Request Pending"

    @R16 @R56
    Scenario Outline: A refund of nothing is not one of everything
      When the seller tries to refund Noah 0.00 USD <of what>
      Then it was the connector that refused it
      And all three books say 0.00 USD for Noah

      Examples:
        | of what      |
        | of the order |
        | on the mugs  |

    @R16 @R56
    Scenario Outline: Before the first one has left, and before it has been paid
      Given the seller has refunded Noah's whole order
      And <so much> passed
      When the seller tries to refund Noah 0.01 USD of the order
      Then it was the connector that refused it
      And all three books say 0.00 USD for Noah

      Examples:
        | so much         |
        | a minute has    |
        | 15 minutes have |

    @R13 @R16 @R56
    Scenario: Before it has been paid to whoever asked for it
      Given Noah has asked for his money back
      And everybody has heard of it
      And the seller has approved Noah's request
      And 15 minutes have passed
      When the seller tries to refund Noah 0.01 USD of the order
      Then it was the connector that refused it
      And all three books say 0.00 USD for Noah

    @R16 @R14
    Scenario: Nothing has been shipped
      Given Maya has ordered 3 mugs at 10.00 USD each
      And everybody has heard of it
      When the seller tries to refund Maya 30.01 USD of the order
      Then it was the connector that refused it
      And Maya's order stands

    @R16
    Scenario: The very last cent is not too much
      Given the seller has refunded Noah 34.49 USD of the order
      When the seller refunds Noah 0.01 USD of the order
      Then all three books say 34.50 USD for Noah

  Rule: The words of all lines have one place at the marketplace

    Background:
      Given the OMS answers line by line and asks for more than is left
      And Maya has received:
        | goods | pieces | price each |
        | rug   | 1      | 89.00 USD  |
        | mug   | 1      | 12.50 USD  |
      And Maya has asked for her money back
      And everybody has heard of it

    @R11 @R76
    Scenario: All the words together are more than there is room for
      Given the seller has rejected Maya's request, saying "ääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääää ääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääää"
      When an hour passes
      Then Maya's request is shown as "Request Pending"
      And the seller has Maya's request before them

  Rule: What was offered and not taken is not all that goes back

    Background:
      Given the OMS asks for more than is left
      And Noah has received 3 mugs at 10.00 USD each
      And Noah has asked for his money back
      And everybody has heard of it

    @R16 @R56
    Scenario: All of it has been paid in Seller Center, and nothing is left
      Given the seller has offered Noah 10.00 USD
      And Noah has declined the offer
      And everybody has heard of it
      And Noah's request has been approved in Seller Center
      And everybody has heard of it
      When the seller tries to refund Noah 5.00 USD of the order
      Then it was the connector that refused it
