Feature: A replacement comes once
  What is broken is replaced, and what replaces it costs nothing. Each item is replaced once.

  Background:
    Given Maya has received a desk lamp for 39.98 USD
    And Maya has asked for a replacement

  Rule: Silence is a yes here too

    @R19
    Scenario: A day passes and nobody answers
      When 5 days pass
      Then Maya's request is shown as "Completed"
      And Maya has been paid back nothing

  Rule: One replacement per item

    @R27
    Scenario: A second one is asked for
      Given 5 days have passed
      When Maya tries to ask for a replacement
      Then Maya is told that it cannot be done

    @R27
    Scenario: Money can still be asked for
      Given 5 days have passed
      When Maya asks for her money back
      Then Maya's request is shown as "Request Pending"
