Feature: What stands against an order binds the seller's hands
  The marketplace keeps some orders to itself: those that its risk control looks at, those that it fulfils, those whose
  goods it vouches for. It refuses what the seller then sends, and decides by itself.

  Background:
    Given Maya has received a desk lamp for 39.98 USD

  Rule: A request that the seller may not answer is answered by the marketplace

    @R17 @trouble
    Scenario: The seller says yes, or no
      Given these buyers wait for the seller:
        | buyer | order        | goods      | price     | wants      |
        | Noah  | has received | rug        | 89.00 USD | money back |
        | Ana   | has received | silk scarf | 64.00 USD | money back |
        | Ines  | has received | tea set    | 24.50 USD | money back |
      And Noah's order is under risk control
      And Ana's order is fulfilled by the marketplace
      And Ines's order has an authenticity guarantee
      And the seller has answered like this:
        | buyer | answer   |
        | Noah  | approves |
        | Ana   | rejects  |
        | Ines  | approves |
      And 2 hours have passed
      And the connector has been down for 20 hours
      When 2 hours pass
      Then it has ended like this:
        | buyer | request   | mails        | all books |
        | Noah  | Completed | order refund | 89.00 USD |
        | Ana   | Completed | order refund | 64.00 USD |
        | Ines  | Completed | order refund | 24.50 USD |

  Rule: What is lifted in time can be answered again

    @trouble
    Scenario: Risk control has looked, and lets go
      Given Maya has asked for her money back
      And Maya's order is under risk control
      And everybody has heard of it
      And the seller has approved Maya's request
      And everybody has heard of it
      And Maya's order has nothing against it any more
      When the seller rejects Maya's request
      And an hour passes
      Then Maya's request is shown as "Refund Rejected"
      And all three books say 0.00 USD for Maya

    @trouble
    Scenario: Whose answer was turned away is asked anew
      Given these buyers wait for the seller:
        | buyer | order        | goods      | price     | wants           |
        | Noah  | has received | rug        | 89.00 USD | money back      |
        | Ana   | has received | silk scarf | 64.00 USD | to send it back |
      And Noah's order is under risk control
      And Ana's order is under risk control
      When the seller answers like this:
        | buyer | answer            |
        | Noah  | approves          |
        | Ana   | accepts the goods |
      And an hour passes
      Then the seller has Noah's case before them
      And the seller has Ana's case before them

  Rule: Nobody starts anything about such an order

    @R56
    Scenario: The seller means well, and the buyer asks
      Given everybody has heard of it
      And Maya's order is under risk control
      When the seller refunds Maya's whole order
      And Maya tries to ask for money back
      Then the seller sees that the refund of Maya failed, and why
      And all three books say 0.00 USD for Maya

  Rule: A lock on an order is waited for

    @R56 @trouble
    Scenario Outline: Somebody else works on an order that <stands so>
      Given Noah <has it> a rug for 20.00 USD
      And everybody has heard of it
      And the marketplace has locked Noah's order for 40 minutes
      When the seller refunds Noah's whole order
      And 2 hours pass
      Then the trouble was hit
      And all three books say 20.00 USD for Noah

      Examples:
        | has it       | stands so            |
        | has received | has been delivered   |
        | has ordered  | has not been shipped |
