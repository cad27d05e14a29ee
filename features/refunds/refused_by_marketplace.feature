Feature: The marketplace has the last word on a refund
  The marketplace looks at the state of things before it pays. What it refuses is paid by nobody, and
  the seller is told.

  Background:
    Given Maya has received a desk lamp for 39.98 USD
    And everybody has heard of it

  Rule: A refused refund pays nothing and is not hidden

    @R56 @R66 @R67 @R68 @ours
    Scenario: Somebody else was quicker
      Given 30.00 USD of Maya's order have been refunded in Seller Center
      When the seller refunds Maya's whole order
      Then the seller sees that the refund of Maya failed, and why
      And Maya has been paid back 30.00 USD

    @R56 @R67 @trouble
    Scenario: What came to nothing takes nothing from what is left, and can be asked for again
      Given the marketplace answers 400 to the next refund
      And the seller has refunded Maya's whole order
      And everybody has heard of it
      When the seller refunds Maya's whole order
      Then the trouble was hit
      And all three books say 39.98 USD for Maya

    @R56 @R67 @trouble
    Scenario: The answer about two things comes to nothing, and is given again about both
      Given Ana has received:
        | goods | pieces | price each |
        | rug   | 1      | 89.00 USD  |
        | mug   | 1      | 12.50 USD  |
      And Ana has asked for her money back
      And everybody has heard of it
      And the marketplace answers 400 to the next approval
      And the seller has approved Ana's request
      And everybody has heard of it
      When the seller approves Ana's request
      Then the trouble was hit
      And the seller sees no failure for Ana
      And all three books say 101.50 USD for Ana

    @R56 @R67
    Scenario: The order has long been closed
      Given Noah has long had a garden hose for 27.50 USD
      And everybody has heard of it
      When the seller refunds Noah's whole order
      Then the seller sees that the refund of Noah failed, and why
      And Noah has no mail
      And all three books say 0.00 USD for Noah

  Rule: The reason is one that the marketplace takes, wherever the goods are

    @R16 @R56
    Scenario Outline: The seller believes that they have not arrived
      Given <it stands so>
      And everybody has heard of it
      When the seller refunds Noah's whole order, as it has not arrived
      Then all three books say 27.50 USD for Noah

      Examples:
        | it stands so                                      |
        | a garden hose for 27.50 USD is on its way to Noah |
        | Noah has received a garden hose for 27.50 USD     |

    @R16 @R56
    Scenario: They arrive before anything is sent
      Given a garden hose for 27.50 USD is on its way to Noah
      And everybody has heard of it
      And Noah's order has been delivered
      When the seller refunds Noah 5.00 USD of the order
      Then all three books say 5.00 USD for Noah

  Rule: Nobody gets back more than was paid

    @R56 @R67
    Scenario: The seller means too well
      When the seller tries to refund Maya 40.00 USD of the order
      Then the seller is told that it cannot be done
      And all three books say 0.00 USD for Maya

    @R56 @R67
    Scenario: The rest is less than the seller thinks
      Given the seller has refunded Maya 20.00 USD of the order
      When the seller tries to refund Maya 20.00 USD of the order
      Then the seller is told that it cannot be done
      And all three books say 20.00 USD for Maya

  Rule: For what cost nothing there is nothing to pay back

    @R56 @R67
    Scenario Outline: A buyer wants money for a gift
      Given Noah has received a poster for 0.00 USD
      When Noah tries to <ask>
      Then Noah is told that it cannot be done
      And all three books say 0.00 USD for Noah

      Examples:
        | ask                 |
        | ask for money back  |
        | ask to send it back |

    @R56 @R67
    Scenario: The seller wants to pay for a gift
      Given Noah has received a poster for 0.00 USD
      And everybody has heard of it
      When the seller tries to refund Noah 1.00 USD of the order
      Then the seller is told that it cannot be done
      And all three books say 0.00 USD for Noah

  Rule: An answer that the marketplace finds fault with can be given again

    @trouble
    Scenario Outline: A yes and a no
      Given Noah has received a rug for 20.00 USD
      And Noah has asked for his money back
      And everybody has heard of it
      And the marketplace answers 400 to the next <answer>, and repeats what was asked
      When the seller <answers> Noah's request
      Then the seller has Noah's case before them
      And the page of Noah's order tells nothing of what was done outside
      And the trouble was hit

      Examples:
        | answer    | answers  |
        | approval  | approves |
        | rejection | rejects  |

    @trouble
    Scenario: Nobody can be asked whether it still waits
      Given Noah has received a rug for 20.00 USD
      And Noah has asked for his money back
      And everybody has heard of it
      And the marketplace answers 400 to the next rejection
      And the marketplace answers 503 to the second search for returns
      When the seller rejects Noah's request
      Then the seller has Noah's case before them
      And the trouble was hit

    @trouble
    Scenario Outline: Nobody can be asked whether the goods are still to be judged
      Given Noah has received a rug for 20.00 USD
      And Noah has sent it back
      And Noah's parcel has reached the warehouse
      And everybody has heard of it
      And the marketplace answers 400 to the next <answer>
      And the marketplace answers 503 to the second search for returns
      And the seller has found Noah's goods <so>
      When the seller finds Noah's goods as sold and accepts them
      Then all three books say 20.00 USD for Noah
      And the trouble was hit

      Examples:
        | answer    | so                        |
        | approval  | as sold and accepted them |
        | rejection | damaged and refused them  |
