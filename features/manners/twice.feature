Feature: The OMS says everything twice
  Answers get lost, buttons are pressed again. What comes twice with the same id is meant once; without
  an id it is two refunds, and there is never more than was paid.

  Rule: Refunds

    @R54 @R55
    Scenario Outline: The same refund comes twice
      Given the OMS <manners>
      And Maya has received a desk lamp for 39.98 USD
      And everybody has heard of it
      When the seller refunds Maya <what>
      Then all three books say <paid> for Maya
      And the seller sees no failure for Maya

      Examples:
        | manners                                            | what                       | paid      |
        | says everything twice                              | 15.00 USD of the order     | 15.00 USD |
        | says everything twice                              | 39.98 USD of the order     | 39.98 USD |
        | says everything twice                              | 15.00 USD on the desk lamp | 15.00 USD |
        | says everything twice                              | the desk lamp              | 39.98 USD |
        | says everything twice and gives its refunds no ids | 15.00 USD of the order     | 30.00 USD |
        | says everything twice and gives its refunds no ids | 25.00 USD of the order     | 25.00 USD |

    @R54 @R55
    Scenario: What was given back elsewhere is told twice
      Given the OMS says everything twice
      And Maya has received a desk lamp for 39.98 USD
      And everybody has heard of it
      When the seller records 15.00 USD of Maya's order as given back elsewhere
      Then the seller sees 15.00 USD recorded for Maya, and nothing to be paid
      And all three books say 0.00 USD for Maya

    @R54 @R14
    Scenario: The same cancellation comes twice
      Given the OMS says everything twice
      And Maya has ordered a desk lamp for 39.98 USD
      And everybody has heard of it
      When the seller calls off what Maya ordered, as it is not available
      Then Maya's order is canceled
      And all three books say 39.98 USD for Maya

    @R54 @R56
    Scenario: Under the id of one refund nobody else is paid
      Given the OMS gives all its refunds one id
      And these buyers wait for the seller:
        | buyer | order        | goods     | price     | wants   |
        | Maya  | has received | desk lamp | 39.98 USD | nothing |
        | Noah  | has received | rug       | 20.00 USD | nothing |
      And the seller has refunded Maya 15.00 USD of the order
      When the seller tries to refund Noah 15.00 USD of the order
      Then it was the connector that refused it
      And all three books say 15.00 USD for Maya
      And all three books say 0.00 USD for Noah

    @R54 @R56
    Scenario: Under the id of one refund no more of the same is paid
      Given the OMS gives all its refunds one id
      And Maya has received a desk lamp for 39.98 USD
      And everybody has heard of it
      And the seller has refunded Maya 15.00 USD of the order
      When the seller refunds Maya 20.00 USD of the order
      Then all three books say 15.00 USD for Maya

    @R54 @R56
    Scenario: Under the id of one line's refund no other line is paid
      Given the OMS gives all its refunds one id
      And Maya has received:
        | goods | pieces | price each |
        | rug   | 1      | 89.00 USD  |
        | mug   | 1      | 12.50 USD  |
      And everybody has heard of it
      And the seller has refunded Maya the mug
      When the seller tries to refund Maya the rug
      Then it was the connector that refused it
      And all three books say 12.50 USD for Maya

  Rule: Each shop counts its refunds by itself

    Background:
      Given the OMS gives all its refunds one id
      And there is a second shop
      And Maya has received a desk lamp for 39.98 USD
      And Noah has received a rug for 20.00 USD from the second shop

    @R9 @R54
    Scenario: Under one id a buyer of each is paid
      Given everybody has heard of it
      And the seller has refunded Maya 15.00 USD of the order
      When the seller refunds Noah 15.00 USD of the order
      Then all three books say 15.00 USD for Maya
      And all three books say 15.00 USD for Noah

  Rule: Answers

    @R64 @R74
    Scenario Outline: The same answer comes twice
      Given the OMS says everything twice
      And Maya has received:
        | goods | pieces | price each |
        | rug   | 1      | 89.00 USD  |
        | mug   | 3      | 12.50 USD  |
      And Maya has asked for her money back
      And everybody has heard of it
      When <answer>
      Then Maya has exactly one mail, "<mail>"
      And all three books say <paid> for Maya

      Examples:
        | answer                             | mail            | paid       |
        | the seller approves Maya's request | order refund    | 126.50 USD |
        | the seller rejects Maya's request  | refund rejected | 0.00 USD   |
