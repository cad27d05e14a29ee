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
      And an hour has passed
      When Maya hands over her parcel
      Then Maya's request is shown as "Completed"
      And all three books say 1399.50 THB for Maya
