Feature: Part of an order is called off, the rest is shipped
  What has not left is canceled, what has left is refunded, and of the whole never more than was paid,
  with shipping and tax.

  Background:
    Given Maya has ordered, with 6.00 USD for shipping and 12.00 USD of tax, 0.60 USD of it on shipping:
      | goods | pieces | price each |
      | rug   | 1      | 90.00 USD  |
      | mug   | 3      | 10.00 USD  |
    And everybody has heard of it

  Rule: Each part has its way

    Background:
      Given the seller has called off what Maya ordered of the rug, as it is not available
      And everybody has heard of it
      And the seller has shipped Maya's order
      And Maya's order has been delivered

    @R14 @R16 @R37
    Scenario Outline: The rest is refunded
      Given everybody has heard of it
      When the seller refunds Maya <what>
      Then all three books say <paid> for Maya
      And the seller sees no failure for Maya

      Examples:
        | what          | paid       |
        | 2 of the mugs | 126.50 USD |
        | the mugs      | 138.00 USD |

    @R16 @R69
    Scenario: The buyer asks for the rest
      Given Maya has asked for the money for the mugs
      And everybody has heard of it
      When the seller approves Maya's request
      Then all three books say 138.00 USD for Maya

  Rule: What is left can be called off, too

    Background:
      Given the seller has called off what Maya ordered of the rug, as the buyer wishes
      And everybody has heard of it

    @R14 @R13 @R16
    Scenario: The buyer does
      Given Maya has asked to cancel the order
      And everybody has heard of it
      When the seller approves Maya's request
      Then Maya's order is canceled
      And all three books say 138.00 USD for Maya

    @R14 @R16 @ours
    Scenario Outline: The seller does, even if it is the tax alone that they mean to give back
      When the seller <does>
      Then Maya's order is canceled
      And all three books say 138.00 USD for Maya
      And the seller sees no failure for Maya

      Examples:
        | does                                             |
        | calls off what Maya ordered, as the buyer wishes |
        | refunds Maya the tax                             |

  Rule: Two parts that are called off within one round are all that there was

    @R14 @R56 @ours
    Scenario: The buyer wants neither, and the seller says so of the one and then of the other
      Given the seller has called off what Maya ordered of the rug, as the buyer wishes
      When the seller calls off what Maya ordered of the mugs, as the buyer wishes
      Then Maya's order is canceled
      And all three books say 138.00 USD for Maya

  Rule: What the marketplace did not call off is still wanted

    @trouble @ours
    Scenario: The rug is not called off, and then the mugs are
      Given the marketplace answers 400 to the next cancellation
      And the seller has called off what Maya ordered of the rug, as it is not available
      And everybody has heard of it
      When the seller calls off what Maya ordered of the mugs, as it is not available
      Then the trouble was hit
      And Maya's order stands
      And all three books say 34.50 USD for Maya

  Rule: That it has been shipped is learnt with the next round

    @R14 @R56 @ours
    Scenario: The seller calls off what has just left
      Given the seller has shipped Maya's order
      When the seller refunds Maya's whole order
      Then the seller sees that the refund of Maya failed, and why
      And all three books say 0.00 USD for Maya

    @R14 @R56 @ours
    Scenario: What waits for the answer to a buyer has left by then
      Given a vase for 33.33 USD is packed for Noah
      And Noah has asked for his money back
      And everybody has heard of it
      And the seller has called off what Noah ordered, as it is not available
      And the seller has shipped Noah's order
      When the seller rejects Noah's request
      Then the seller sees that the refund of Noah failed, and why

    @R14 @R55
    Scenario: The seller refunds what is known to have left
      Given the seller has shipped Maya's order
      And 15 minutes have passed
      When the seller refunds Maya 20.00 USD of the order
      Then all three books say 20.00 USD for Maya
      And Maya's order stands

    @R14 @R16 @R37 @ours
    Scenario: Of two parcels one has left, and a sum is neither what is in it nor all that there is
      Given Noah has ordered:
        | goods | pieces | price each | parcel |
        | vase  | 1      | 90.00 USD  | 1      |
        | bowl  | 1      | 10.00 USD  | 2      |
      And the seller has shipped only the vase of Noah's order
      And everybody has heard of it
      When the seller tries to refund Noah 95.00 USD of the order
      Then it was the connector that refused it
      And the seller sees no failure for Noah

    @R14 @R16 @R37 @R56 @ours
    Scenario Outline: Of two parcels one has left, the other one is about to, and all that there is is given back
      Given Noah has ordered:
        | goods | pieces | price each | parcel |
        | vase  | 1      | 90.00 USD  | 1      |
        | bowl  | 1      | 10.00 USD  | 2      |
      And the seller has shipped only the vase of Noah's order
      And everybody has heard of it
      And the seller has shipped Noah's order
      When the seller refunds <what>
      Then Noah has been paid back 90.00 USD
      And the seller sees that the refund of Noah failed, and why

      Examples:
        | what                         |
        | Noah's whole order           |
        | Noah 100.00 USD of the order |

    @R15 @R54
    Scenario: Of two parcels one has left, and just that sum was given back elsewhere
      Given Noah has ordered:
        | goods | pieces | price each | parcel |
        | vase  | 1      | 90.00 USD  | 1      |
        | bowl  | 1      | 10.00 USD  | 2      |
      And the seller has shipped only the vase of Noah's order
      And everybody has heard of it
      When the seller records 95.00 USD of Noah's order as given back elsewhere
      Then the seller sees 95.00 USD recorded for Noah, and nothing to be paid
      And all three books say 0.00 USD for Noah
