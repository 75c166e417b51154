"""What is particular to Chinese data: pinyin, names of people and companies, codes, phones, amounts, lunar dates."""
