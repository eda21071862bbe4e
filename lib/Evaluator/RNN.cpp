#include "Evaluation.h"
void quantc::evaluator::addRNN(Registry &) {}
