Feature: What the platform decides by itself
  Some of what buyers ask never waits for the seller. The connector and the OMS learn of it as of anything that has
  ended elsewhere, and send no money after it.

  Rule: In the United States little is not sent back, and by 2026 some is not asked

    @R14 @R28
    Scenario Outline: Paid at once, and nothing travels
      Given a shop in <place>
      And Maya has received a mug for <price>
      When Maya asks <for>
      Then Maya's request is shown as "<shown>"
      And all three books say <paid> for Maya

      Examples:
        | place                               | price     | for                                                   | shown                  | paid      |
        | the United States in March 2026     | 10.00 USD | to send it back                                       | Completed              | 10.00 USD |
        | the United States in March 2026     | 10.01 USD | to send it back                                       | Return Label Generated | 0.00 USD  |
        | us-2026-03-partial-by-rule          | 60.00 USD | to send it back, because "Item is defective"          | Completed              | 18.00 USD |
        | us-2026-03-partial-by-rule          | 60.00 USD | to send it back, because "No longer needed"           | Return Label Generated | 0.00 USD  |
        | the United States in September 2026 | 39.98 USD | for her money back, because "Package was not received" | Completed             | 39.98 USD |

  Rule: Some are paid as soon as the carrier has the goods, where the market has that

    @R42
    Scenario: In Thailand
      Given a shop in Thailand
      And Maya has received a desk lamp for 1399.50 THB
      And Maya has asked to send it back, by quick refund
      And everybody has heard of it
      When Maya hands over her parcel
      Then Maya's request is shown as "Completed"
      And all three books say 1399.50 THB for Maya

  Rule: Outside the United States nothing is shipped that the buyer wants to have cancelled, before that is answered

    Background:
      Given a shop in the United Kingdom
      And Maya has ordered a desk lamp for 25.00 GBP
      And Maya has asked to cancel the order
      And everybody has heard of it

    @R14 @R56
    Scenario: Shipping it is refused
      When the seller tries to ship Maya's order
      Then the seller is told that it cannot be done
      And Maya's order stands

    @R14
    Scenario: It is shipped once the seller has said no
      Given the seller has rejected Maya's request
      And everybody has heard of it
      When the seller ships Maya's order
      Then Maya's order stands
      And the seller has nothing to answer for Maya
      And all three books say 0.00 GBP for Maya

  Rule: Where the seller is asked first, a part can be offered and the goods stay

    @R16 @R28
    Scenario: The buyer keeps the goods and takes the part
      Given a shop in the United Kingdom
      And Noah has received a rug for 39.98 GBP
      And Noah has asked to send it back
      And everybody has heard of it
      And the seller has offered Noah 10.00 GBP
      When Noah accepts the offer
      Then all three books say 10.00 GBP for Noah
