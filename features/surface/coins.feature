Feature: An odd coin lies on one of the goods
  What is paid for all of them together does not always share out evenly. Nobody says on which of the goods the
  marketplace lays the coins that are left over; here it is the first. A connector that has laid them on the last thinks
  that a coin is left of the vase when the vase is paid, and the marketplace pays nothing more for it.

  Background:
    Given a shop in us-2025-08-coins-first
    And Maya has received, with 0.01 USD for shipping:
      | goods | pieces | price each |
      | mug   | 1      | 10.00 USD  |
      | vase  | 1      | 10.00 USD  |
    And everybody has heard of it

  Rule: All that was paid can be paid back

    @R16 @R37
    Scenario Outline: First what the buyer asks for, then the rest
      Given Maya has asked for the money for the <what>
      And everybody has heard of it
      And the seller has approved Maya's request
      And everybody has heard of it
      When the seller refunds Maya <rest> of the order
      Then the seller sees no failure for Maya
      And all three books say 20.01 USD for Maya

      Examples:
        | what | rest      |
        | mug  | 10.00 USD |
        | vase | 10.01 USD |

    @R16 @R37 @trouble
    Scenario Outline: The refusal of it gets lost, and another one comes
      Given Maya has asked for the money for the vase
      And everybody has heard of it
      And the seller has approved Maya's request
      And everybody has heard of it
      And the marketplace loses its <lost>
      When the seller refunds Maya 10.01 USD of the order
      Then the trouble was hit
      And the seller sees no failure for Maya
      And all three books say 20.01 USD for Maya

      Examples:
        | lost                            |
        | answer to the next decision     |
        | answers to the next 2 decisions |
