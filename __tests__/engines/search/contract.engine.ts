test.todo("the contract, on a real engine");
