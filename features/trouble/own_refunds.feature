Feature: A refund of the seller's own whose answer is lost
  Only its key tells which refund is whose: another one over the same sum, made in Seller Center, proves nothing.

  Background:
    Given Maya has received a mug for 90.00 USD
    And Noah has received 2 rugs at 20.00 USD each
    And everybody has heard of it

  Rule: What looks the same is not the same

    @trouble
    Scenario Outline: Somebody pays back the same sum in Seller Center meanwhile
      Given the marketplace <trouble> every refund for 70 minutes
      And the seller has refunded Maya 5.00 USD of the order
      And 5.00 USD of Maya's order have been refunded in Seller Center
      When the seller refunds Noah 7.00 USD of the order
      And an hour passes
      Then the trouble was hit
      And all three books say 10.00 USD for Maya
      And all three books say 7.00 USD for Noah
      And the seller sees no failure for Maya

      Examples:
        | trouble              |
        | loses its answers to |
        | does not receive     |

    @trouble
    Scenario: The first attempt has no answer, and the second one is turned away
      Given the marketplace loses its answer to the next refund
      And the marketplace answers 429 to the second refund
      And the seller has refunded Maya 5.00 USD of the order
      When an hour passes
      Then the trouble was hit
      And the seller's own refund of Maya has been carried out over 5.00 USD
      And all three books say 5.00 USD for Maya

    @trouble
    Scenario: The buyer asks to cancel what the seller has called off, and thinks better of it
      Given Ana has ordered a desk lamp for 50.00 USD
      And an hour has passed
      And the marketplace does not receive the next cancellation
      And the seller has called off what Ana ordered, as the buyer wishes
      And 15 minutes have passed
      And Ana has asked to cancel the order
      When Ana withdraws the cancellation
      Then the trouble was hit
      And Ana's order is canceled
      And all three books say 50.00 USD for Ana

    @trouble
    Scenario: Of two things at one price each is called off by itself
      Given Ana has ordered:
        | goods | pieces | price each |
        | vase  | 1      | 24.00 USD  |
        | bowl  | 1      | 24.00 USD  |
      And an hour has passed
      And the marketplace loses its answers to the next 2 cancellations
      And the seller has called off what Ana ordered of the vase, as it is not available
      When the seller calls off what Ana ordered of the bowl, as it is not available
      And an hour passes
      Then the trouble was hit
      And Ana's order is canceled
      And all three books say 48.00 USD for Ana
      And the seller sees no failure for Ana

  Rule: What was meant stays what was meant

    @trouble
    Scenario: Of two refunds at once the first comes to nothing
      Given Ana has received a desk lamp for 50.00 USD, with 4.13 USD of tax
      And everybody has heard of it
      And the marketplace answers 400 to the next refund
      And the seller has refunded Ana the tax
      When the seller refunds Ana's whole order
      Then the trouble was hit
      And the seller sees that the refund of Ana failed, and why
      And all three books say 50.00 USD for Ana

    @trouble
    Scenario: The marketplace is busy with the order again and again, and the seller is told of it once
      Given the marketplace answers 200 with code 25001011 to the next 3 refunds
      When the seller refunds Noah's whole order
      And 2 hours pass
      Then the trouble was hit 3 times
      And the page of Noah's order tells nothing of the connector's twice
      And all three books say 40.00 USD for Noah

    @trouble
    Scenario: After more than a day of attempts the seller is told that nothing came of it, unless a buyer still waits
      Given these buyers wait for the seller:
        | buyer | order        | goods | price      | wants           |
        | Ana   | has received | rug   | 120.00 USD | to send it back |
      And the marketplace answers 429 to every decision for 27 hours
      And the seller has refunded Maya 5.00 USD of the order
      And the seller has found Ana's goods damaged and refused them
      And 5 hours have passed
      And the seller has refunded Noah 7.00 USD of the order
      When 23 hours pass
      Then the seller sees that the refund of Maya failed, and why
      And Ana has exactly one mail, "return rejected"
      And all three books say 7.00 USD for Noah

    @trouble
    Scenario: A yes to the buyer waits for what has become of a refund, but not beyond its deadline
      Given the marketplace does not receive every refund for 30 hours
      And the seller has refunded Maya 5.00 USD of the order
      And 15 minutes have passed
      And Maya has asked for her money back
      And the connector has been down for 23 hours
      And it is 20 minutes before the answer to Maya is due
      And the seller has approved Maya's request
      When an hour passes
      Then the trouble was hit
      And Maya's request was decided by the seller

    @trouble
    Scenario: What has become of a refund is not known for more than a day, and no buyer waits for that
      Given the marketplace loses its answers to every refund for 27 hours
      And the seller has refunded Maya 5.00 USD of the order
      And the seller has refunded Noah 7.00 USD of the order
      And Noah has asked for his money back
      And 30 minutes have passed
      And the seller has approved Noah's request
      When 28 hours pass
      Then Noah's request was decided by the seller
      And the seller sees no failure for Maya
      And all three books say 5.00 USD for Maya
