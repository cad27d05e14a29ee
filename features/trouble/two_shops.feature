Feature: One shop is in trouble, the other is not
  What goes wrong for one shop takes nothing from another.

  Background:
    Given there is a second shop
    And Maya has received a desk lamp for 39.98 USD
    And Noah has received a mug for 12.50 USD from the second shop

  Rule: The other shop's news come at their own time

    @trouble
    Scenario Outline: For an hour the second shop is not to be had
      Given Maya has asked for her money back
      And Noah has asked for his money back
      And the marketplace <trouble>
      When 30 minutes pass
      Then the seller has Maya's request before them
      And the seller has not heard of Noah

      Examples:
        | trouble                                                         |
        | answers 503 to every call of the second shop for 1 hour         |
        | is unreachable for every call of the second shop for 1 hour     |
        | receives every call of the second shop 1 minute late for 1 hour |
        | takes no more than 0 calls of the second shop in an hour        |
