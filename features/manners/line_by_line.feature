Feature: The OMS answers line by line
  A request for several goods has a line for each. The marketplace hears one answer, when the last line
  has it.

  Background:
    Given the OMS answers line by line
    And Maya has received, with 6.00 USD for shipping:
      | goods | pieces | price each |
      | rug   | 1      | 89.00 USD  |
      | mug   | 3      | 12.50 USD  |
    And Maya has asked for her money back
    And an hour has passed

  @R64 @R74
  Scenario Outline: All lines are answered in the end
    When the seller <answers> Maya's request
    Then Maya's request is shown as "<shown>"
    And Maya has exactly one mail, "<mail>"
    And all three books say <paid> for Maya

    Examples:
      | answers  | shown           | mail            | paid       |
      | approves | Completed       | order refund    | 132.50 USD |
      | rejects  | Refund Rejected | refund rejected | 0.00 USD   |

  @R64
  Scenario: Half an answer is none
    Given the seller has approved Maya's request
    When 14 minutes pass
    Then Maya's request is shown as "Request Pending"
    And Maya has been paid back nothing

  @R17 @R79
  Scenario: The last line is answered too late
    Given it is 10 minutes before the answer to Maya is due
    And the seller has rejected Maya's request
    When an hour passes
    Then Maya has been paid back everything
    And the seller has nothing to answer for Maya
